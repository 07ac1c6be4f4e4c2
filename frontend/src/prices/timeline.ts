import type { UnitPrice } from "@/api/types";

/** A price, or a stretch between two prices in which none holds. */
type Stretch =
  | { kind: "price"; price: UnitPrice; isInForce: boolean }
  | { kind: "gap"; from: string; to: string };

/** The prices, newest first, with the gaps between them. `now` is an RFC 3339 instant. */
export function timeline(prices: readonly UnitPrice[], now: string): Stretch[] {
  const earliestFirst = prices.toSorted((a, b) => at(a.valid_from) - at(b.valid_from));
  const stretches = earliestFirst.flatMap((price, index): Stretch[] => {
    const before = earliestFirst[index - 1]?.valid_to;
    const hasGap = before && at(before) < at(price.valid_from);
    const stretch: Stretch = { kind: "price", price, isInForce: holds(price, now) };
    return hasGap ? [{ kind: "gap", from: before, to: price.valid_from }, stretch] : [stretch];
  });
  return stretches.toReversed();
}

/** Half-open: a price holds from its first instant until just before its end. */
export function holds({ valid_from, valid_to }: UnitPrice, instant: string): boolean {
  return at(valid_from) <= at(instant) && (valid_to === null || at(instant) < at(valid_to));
}

const at = (instant: string) => Date.parse(instant);
