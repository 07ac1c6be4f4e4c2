import type { UnitPrice } from "@/api/types";

/** A price, or a interval between two prices in which none is valid. */
type Interval =
  | { type: "price"; price: UnitPrice; isValidNow: boolean }
  | { type: "gap"; from: string; to: string };

/**
 * The prices of what is bought, then those of what is sold, each newest first, with the gaps
 * between them. `now` is an RFC 3339 instant.
 */
export function timeline(prices: readonly UnitPrice[], now: string): Interval[] {
  const of = (wanted: UnitPrice["direction"]) =>
    intervalsOf(
      prices.filter(({ direction }) => direction === wanted),
      now,
    );
  return [...of("import"), ...of("export")];
}

function intervalsOf(prices: readonly UnitPrice[], now: string): Interval[] {
  const earliestFirst = prices.toSorted((a, b) => at(a.valid_from) - at(b.valid_from));
  const intervals = earliestFirst.flatMap((price, index): Interval[] => {
    const before = earliestFirst[index - 1]?.valid_to;
    const hasGap = before && at(before) < at(price.valid_from);
    const interval: Interval = { type: "price", price, isValidNow: isValidAt(price, now) };
    return hasGap ? [{ type: "gap", from: before, to: price.valid_from }, interval] : [interval];
  });
  return intervals.toReversed();
}

/** Half-open: a price is valid from its first instant until just before its end. */
export function isValidAt({ valid_from, valid_to }: UnitPrice, instant: string): boolean {
  return at(valid_from) <= at(instant) && (valid_to === null || at(instant) < at(valid_to));
}

const at = (instant: string) => Date.parse(instant);
