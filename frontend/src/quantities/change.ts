import { numberFormat } from "@/language/formats";

/** Below half a per cent two figures are called equal. */
const MIN_SHOWN = 0.005;

/** By how much a figure exceeds another, as a part of that one; null where there is no saying. */
export function changeOf(now: string | null, before: string | null): number | null {
  if (now === null || before === null || Number(before) <= 0) return null;
  return Number(now) / Number(before) - 1;
}

/** "+12%", "−3%", "±0%"; from ten times on as a factor: "×14". */
export function formatChange(locale: string, change: number): string {
  if (Math.abs(change) < MIN_SHOWN)
    return `±${numberFormat(locale, { style: "percent" }).format(0)}`;
  if (change >= 9) {
    return `×${numberFormat(locale, { maximumFractionDigits: 0 }).format(change + 1)}`;
  }
  const format = numberFormat(locale, { style: "percent", signDisplay: "always" });
  return format.format(change).replace("-", "−");
}
