"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Cost } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemTitle } from "@/panels/ProblemNotice";
import type { Place } from "@/places/place";
import { useDailyCost } from "@/places/useCost";
import { Choice } from "@/ui/Choice";
import { Skeleton } from "@/ui/Skeleton";
import { DaysChart } from "./DaysChart";
import { DaysLegend } from "./DaysLegend";
import { DaysTable } from "./DaysTable";
import { DaysTotal } from "./DaysTotal";
import { dayBars, type Measure } from "./day-bars";

const DAYS = 30;

const chartRoom = <Skeleton className="h-60 w-full" />;

export function DaysPanel({ place }: { place: Place }) {
  const t = useTranslations("days");
  const [measure, setMeasure] = useState<Measure>("cost");
  const choices = [
    { value: "cost", label: t("cost") },
    { value: "energy", label: t("energy") },
  ] as const;
  return (
    <Panel
      title={t("title", { days: DAYS })}
      aside={
        <Choice label={t("measure")} choices={choices} chosen={measure} onChoose={setMeasure} />
      }
    >
      <Loaded
        answer={useDailyCost(place, DAYS)}
        skeleton={<DaysSkeleton />}
        notAfterMs={COST.notAfterMs}
        problem={(failure) => (
          <p className="py-2 text-muted">
            <ProblemTitle failure={failure} />
          </p>
        )}
        isEmpty={hasNothing}
        empty={<p className="py-12 text-center text-muted">{t("empty", { days: DAYS })}</p>}
      >
        {(cost) => <Days cost={cost} measure={measure} />}
      </Loaded>
    </Panel>
  );
}

function hasNothing({ total }: Cost): boolean {
  return total.energy_kwh === null;
}

function Days({ cost, measure }: { cost: Cost; measure: Measure }) {
  const bars = dayBars(cost.rows, measure);
  return (
    <>
      <DaysTotal cost={cost} measure={measure} />
      <DaysChart bars={bars} measure={measure} device={cost.place.device} />
      <DaysLegend bars={bars} />
      <DaysTable bars={bars} device={cost.place.device} />
    </>
  );
}

function DaysSkeleton() {
  return (
    <>
      <Skeleton className="mb-3 h-8 w-40" />
      {chartRoom}
      <Skeleton className="mt-3 h-4 w-64" />
    </>
  );
}
