"""HTTPS of a board: to the server whose root certificate it has, and to no other."""

import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from testbed.board import find_differences, play, write_config
from testbed.faulty_proxy import Fault, faulty_proxy
from testbed.measurements import Measurements

DAY = timedelta(days=1)


def write_certificate(folder: Path) -> ssl.SSLContext:
    """Write `root.der`, a self-signed certificate of `localhost`; return the server's side."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding
    (folder / "root.der").write_bytes(certificate.public_bytes(encoding.DER))
    private = key.private_bytes(
        encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + certificate.public_bytes(encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def test_measurements_arrive_over_https(server: Measurements, flash: Path) -> None:
    """Verified by the configured root certificate; a silent server ends by the timeout."""
    tls = write_certificate(flash)
    with faulty_proxy(server.url, [Fault(is_silent=True)], tls) as proxy:
        write_config(flash, server, url=proxy.url, CA_FILE="root.der")
        run = play(flash, [["run", 290]])
    assert not find_differences(server, run)
    assert len(run.taken) == 5


@pytest.mark.parametrize(
    ("ca_file", "line"),
    [
        ("other.der", "kept: 1 waiting: .*certificate"),
        ("", "failed: 1 waiting: https needs CA_FILE"),
        ("missing.der", "failed: 1 waiting: CA_FILE missing.der cannot be read"),
    ],
)
def test_the_token_goes_to_no_server_that_cannot_be_verified(
    server: Measurements, flash: Path, tmp_path: Path, ca_file: str, line: str
) -> None:
    """Another root, or none: everything is kept."""
    tls = write_certificate(tmp_path)
    write_certificate(flash)
    (flash / "root.der").rename(flash / "other.der")
    with faulty_proxy(server.url, tls=tls) as proxy:
        write_config(flash, server, url=proxy.url, CA_FILE=ca_file)
        run = play(flash, [["run", 30]])
        assert not proxy.requests
    assert [each for each in run.lines if re.match(line, each)]
