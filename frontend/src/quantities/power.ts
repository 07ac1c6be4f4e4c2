import { decimal, type Quantity, textOf } from "./quantity";

/** Power for people: 0.8 W, 42.5 W, 312 W, 1.24 kW. */
export function formatPower(locale: string, powerWatts: number): Quantity {
  const size = Math.abs(powerWatts);
  if (size >= 999.5)
    return { before: "", figure: decimal(locale, powerWatts / 1000, 2), after: "\u00a0kW" };
  const digits = size < 99.95 ? 1 : 0;
  return { before: "", figure: decimal(locale, powerWatts, digits), after: "\u00a0W" };
}

/** The same as a text; what is not known is a dash. */
export function powerText(locale: string, powerWatts: number | null): string {
  return powerWatts === null ? "—" : textOf(formatPower(locale, powerWatts));
}
