// Prints the certificate (DER) that vouches for virtual plugs: Matter's public test root.
import { TestCert_PAA_NoVID_Cert } from "@matter/main/protocol";

process.stdout.write(TestCert_PAA_NoVID_Cert);
