import type { Figures } from "@/api/types";
import { numberFormat } from "@/language/formats";

/** Below half a per cent a gap is the polling's, not worth a remark. */
const MIN_SHOWN = 0.005;

/** The part of the expected device time that was measured or estimated, 0 to 1; null: none expected. */
export function recordedShare({ coverage }: Figures): number | null {
  const { measured_seconds, estimated_seconds, expected_seconds } = coverage;
  if (expected_seconds <= 0) return null;
  return Math.min(1, (measured_seconds + estimated_seconds) / expected_seconds);
}

/** Whether so much time is missing that a total needs a remark. */
export function isPartial(figures: Figures): boolean {
  const share = recordedShare(figures);
  return share !== null && share < 1 - MIN_SHOWN;
}

/** With less than this, a figure shows more about what was measured than about what was used. */
const MIN_COMPARED = 0.9;

/** Whether so much of the time was measured that a cost may be compared with another. */
export function isMeasuredEnough(figures: Figures): boolean {
  const share = recordedShare(figures);
  return share !== null && share >= MIN_COMPARED;
}

/** Whether so much of the energy has a price that a cost may be compared with another. */
export function isPricedEnough({ energy_kwh, unpriced_kwh }: Figures): boolean {
  const used = Math.abs(Number(energy_kwh ?? 0));
  return Math.abs(Number(unpriced_kwh)) <= (1 - MIN_COMPARED) * used;
}

/** A share as "97 %"; what is not all is never rounded up to 100 %. */
export function formatShare(locale: string, share: number): string {
  const rounded = share < 1 ? Math.min(0.99, share) : 1;
  return numberFormat(locale, { style: "percent" }).format(rounded);
}

/** Why a cost is not there, or not whole. */
export function pricing(figures: Figures): "priced" | "partly" | "unpriced" | "no-data" {
  if (figures.energy_kwh === null) return "no-data";
  if (figures.cost === null) return "unpriced";
  return Number(figures.unpriced_kwh) > 0 ? "partly" : "priced";
}
