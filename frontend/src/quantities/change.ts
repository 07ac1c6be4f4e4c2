import type { Figures } from "@/api/types";
import { numberFormat } from "@/language/formats";
import { isMeasuredEnough, isPricedEnough } from "./coverage";

/** Below half a per cent two figures are called equal. */
const MIN_SHOWN = 0.005;

/** By how much a figure exceeds another, as a part of that one; null where there is no saying. */
export function changeOf(now: string | null, before: string | null): number | null {
  if (now === null || before === null || Number(before) <= 0) return null;
  return Number(now) / Number(before) - 1;
}

/** Whether a change between the costs is one of use: both periods were measured and priced. */
export function areComparable(now: Figures, before: Figures): boolean {
  return [now, before].every((each) => isMeasuredEnough(each) && isPricedEnough(each));
}

/** By how much a cost exceeds another; null also where too little of either is known. */
export function changeOfCosts(now: Figures | undefined, before: Figures | undefined) {
  if (!now || !before || !areComparable(now, before)) return null;
  return changeOf(now.cost, before.cost);
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
