import { numberFormat } from "@/language/formats";
import { formatTwoUnits } from "@/quantities/age";

/** A share as "99.93 %", rounded down: what is not all never looks like it. */
export function formatAvailability(locale: string, share: number): string {
  const format = numberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  return format.format(Math.floor(share * 10_000) / 10_000);
}

/** A time of milliseconds to days: "4 ms", "0.25 s", "7.5 s", "13 min 30 s". */
export function formatSeconds(locale: string, seconds: number): string {
  if (seconds >= 120) return formatTwoUnits(locale, seconds);
  const isTiny = seconds > 0 && seconds < 0.1;
  const format = numberFormat(locale, {
    style: "unit",
    unit: isTiny ? "millisecond" : "second",
    unitDisplay: "short",
    maximumFractionDigits: isTiny || seconds >= 10 ? 0 : 2,
  });
  return format.format(isTiny ? seconds * 1000 : seconds);
}

const SMALLEST_SHOWN_WATTS = 0.05;
const SMALLEST_SHOWN_KWH = 0.000_05;

/** Which of two is ahead, by the second less the first; null where what is shown would be 0. */
export function aheadBy(difference: number | null, smallest: number): "a" | "b" | null {
  if (difference === null || Math.abs(difference) < smallest) return null;
  return difference < 0 ? "a" : "b";
}

/** Which source shows more watts on average. */
export function aheadInWatts(watts: number | null) {
  return aheadBy(watts, SMALLEST_SHOWN_WATTS);
}

/** Which source counted more energy. */
export function aheadInEnergy(kwh: string | null) {
  return aheadBy(kwh === null ? null : Number(kwh), SMALLEST_SHOWN_KWH);
}
