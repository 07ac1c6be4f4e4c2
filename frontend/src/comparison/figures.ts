import { formatDuration } from "@/quantities/age";

/** A share as "99.93 %", rounded down: what is not all never looks like it. */
export function formatAvailability(locale: string, share: number): string {
  const format = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  return format.format(Math.floor(share * 10_000) / 10_000);
}

/** A time of milliseconds to days: "4 ms", "0.25 s", "7.5 s", "12 min". */
export function formatSeconds(locale: string, seconds: number): string {
  if (seconds >= 120) return formatDuration(locale, seconds);
  const isTiny = seconds > 0 && seconds < 0.1;
  const format = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: isTiny ? "millisecond" : "second",
    unitDisplay: "short",
    maximumFractionDigits: isTiny || seconds >= 10 ? 0 : 2,
  });
  return format.format(isTiny ? seconds * 1000 : seconds);
}
