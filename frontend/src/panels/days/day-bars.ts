import type { CostRow, Figures } from "@/api/types";
import { isPartial, pricing } from "@/quantities/coverage";

export type Measure = "cost" | "energy";

/** A day as it is drawn. Lengths are for the eye only; the figures stay exact beside them. */
export interface DayBar {
  /** The first instant of the day: its key on the axis. */
  day: string;
  /** The first instant after it. */
  until: string;
  figures: Figures;
  /** `no-data` and `no-price` are drawn as unknown, never as a bar of no height. */
  state: "whole" | "partial" | "no-data" | "no-price";
  measured: number;
  estimated: number;
}

export function dayBars(rows: readonly CostRow[], measure: Measure): DayBar[] {
  return rows.map(({ from, to, figures }) => {
    const state = stateOf(figures, measure);
    return { day: from, until: to, figures, state, ...lengths(figures, measure) };
  });
}

function stateOf(figures: Figures, measure: Measure): DayBar["state"] {
  const priced = pricing(figures);
  if (priced === "no-data") return "no-data";
  if (measure === "cost" && priced === "unpriced") return "no-price";
  const isIncomplete = isPartial(figures) || (measure === "cost" && priced === "partly");
  return isIncomplete ? "partial" : "whole";
}

/** A day's cost is divided like its energy: the API prices the day, not its parts. */
function lengths(figures: Figures, measure: Measure): Pick<DayBar, "measured" | "estimated"> {
  const energy = Number(figures.energy_kwh ?? 0);
  const estimatedShare = energy > 0 ? Number(figures.estimated_kwh) / energy : 0;
  const whole = measure === "cost" ? Number(figures.cost ?? 0) : energy;
  return { measured: whole * (1 - estimatedShare), estimated: whole * estimatedShare };
}
