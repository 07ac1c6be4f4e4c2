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
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(count);
}
