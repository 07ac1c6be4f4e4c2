"use client";

import type { Cost } from "@/api/types";
import { Explained } from "@/explain/Explained";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { Energy } from "@/quantities/Shown";
import type { Measure } from "./day-bars";

/** What all the days add up to, the chosen measure first. */
export function DaysTotal({ cost: whole, measure }: { cost: Cost; measure: Measure }) {
  const { total } = whole;
  const cost = <CostValue key="cost" figures={total} />;
  const energy = <Energy key="energy" kwh={total.energy_kwh} />;
  const [first, second] = measure === "cost" ? [cost, energy] : [energy, cost];
  return (
    <div className="mb-3 min-h-8">
      <p className="flex items-baseline gap-3">
        <span className="font-semibold text-lg tracking-tight">
          <Explained device={whole.place.device} range={whole}>
            {first}
          </Explained>
        </span>
        <span className="text-muted text-sm">
          <Explained device={whole.place.device} range={whole}>
            {second}
          </Explained>
        </span>
      </p>
      <FigureNotes figures={total} about={measure === "cost" ? "both" : "energy"} />
    </div>
  );
}
