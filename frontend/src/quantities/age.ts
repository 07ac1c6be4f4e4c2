import { numberFormat } from "@/language/formats";

type Unit = "second" | "minute" | "hour" | "day";

const SECONDS_IN: readonly (readonly [Unit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

function inLargestUnit(seconds: number): [count: number, unit: Unit] {
  const [unit, size] = SECONDS_IN.find(([, size]) => seconds >= 2 * size) ?? ["second", 1];
  return [Math.floor(seconds / size), unit];
}

/** How long ago: "8 sec. ago", "12 min. ago". Two of a unit before it is used: 90 s, then 2 min. */
export function formatAge(locale: string, ageSeconds: number): string {
  const [count, unit] = inLargestUnit(ageSeconds);
  return new Intl.RelativeTimeFormat(locale, { style: "short" }).format(-count, unit);
}

/** How long: "12 min", "3 hr". */
export function formatDuration(locale: string, seconds: number): string {
  const [count, unit] = inLargestUnit(seconds);
  return inUnit(locale, count, unit);
}

function inUnit(locale: string, count: number, unit: Unit): string {
  return numberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(count);
}

/** How long in two units, where minutes of hours matter: "1 hr 10 min", "2 days 3 hr", "40 sec". */
export function formatTwoUnits(locale: string, seconds: number): string {
  const whole = Math.round(seconds);
  const largest = SECONDS_IN.findIndex(([, size]) => whole >= size);
  if (largest < 0) return inUnit(locale, 0, "second");
  const parts: string[] = [];
  let left = whole;
  for (const [unit, size] of SECONDS_IN.slice(largest, largest + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(inUnit(locale, count, unit));
  }
  return parts.join(" ");
}
