import { addressWith, type Kept } from "@/address/parameters";

/** A number to be explained: what one device used in [from, to), both RFC 3339. */
export interface Question {
  device: string;
  from: string;
  to: string;
}

/** The page that shows how such a number comes about. */
export function explainAddress({ device, from, to }: Question, kept: Kept = {}): string {
  return addressWith("/explain", kept, { device, from, to });
}

/** The question an address asks; null where it is not whole. */
export function questionFromQuery(query: Pick<URLSearchParams, "get">): Question | null {
  const [device, from, to] = ["device", "from", "to"].map((key) => query.get(key));
  return device && from && to ? { device, from, to } : null;
}
