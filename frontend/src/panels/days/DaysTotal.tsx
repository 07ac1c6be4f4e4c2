"use client";

import type { Figures } from "@/api/types";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { Energy } from "@/quantities/Shown";
import type { Measure } from "./day-bars";

/** What all the days add up to, the chosen measure first. */
export function DaysTotal({ total, measure }: { total: Figures; measure: Measure }) {
  const cost = <CostValue key="cost" figures={total} />;
  const energy = <Energy key="energy" kwh={total.energy_kwh} />;
  const [first, second] = measure === "cost" ? [cost, energy] : [energy, cost];
  return (
    <div className="mb-3 min-h-8">
      <p className="flex items-baseline gap-3">
        <span className="font-semibold text-lg tracking-tight">{first}</span>
        <span className="text-muted text-sm">{second}</span>
      </p>
      <FigureNotes figures={total} about={measure === "cost" ? "both" : "energy"} />
    </div>
  );
}
