"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Cost } from "@/api/types";
import { Explained } from "@/explain/Explained";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { Energy } from "@/quantities/Shown";
import { Skeleton } from "@/ui/Skeleton";

interface CostFiguresProps {
  today: Cost;
  month: Cost;
}

/** Lines on a phone, columns where there is room. */
const LAYOUT = "grid gap-x-6 gap-y-3 sm:grid-cols-3";

export function CostFigures({ today, month }: CostFiguresProps) {
  const t = useTranslations("now");
  return (
    <dl className={LAYOUT}>
      <Entry label={t("energyToday")} notes={<FigureNotes figures={today.total} about="energy" />}>
        <Explained device={today.place.device} range={today}>
          <Energy kwh={today.total.energy_kwh} testId="energy-today" />
        </Explained>
      </Entry>
      <Entry label={t("costToday")} notes={<FigureNotes figures={today.total} about="cost" />}>
        <Explained device={today.place.device} range={today}>
          <CostValue figures={today.total} testId="cost-today" />
        </Explained>
      </Entry>
      <Entry label={t("costMonth")} notes={<MonthNotes month={month} />}>
        <Explained device={month.place.device} range={month}>
          <CostValue figures={month.total} testId="cost-month" />
        </Explained>
      </Entry>
    </dl>
  );
}

function MonthNotes({ month }: { month: Cost }) {
  const { total } = month;
  return (
    <>
      {total.energy_kwh !== null && (
        <div className="text-muted text-sm">
          <Explained device={month.place.device} range={month}>
            <Energy kwh={total.energy_kwh} testId="energy-month" />
          </Explained>
        </div>
      )}
      <FigureNotes figures={total} about="both" />
    </>
  );
}

function Entry({
  label,
  notes,
  children,
}: {
  label: string;
  notes: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex items-baseline justify-between gap-4 sm:block">
      <dt className="whitespace-nowrap text-muted text-sm">{label}</dt>
      <dd className="text-end sm:mt-1 sm:text-start">
        <span className="font-semibold text-figure tracking-tight">{children}</span>
        {notes}
      </dd>
    </div>
  );
}

export function CostFiguresSkeleton() {
  return (
    <div className={LAYOUT}>
      {["energy", "today", "month"].map((figure) => (
        <div key={figure}>
          <Skeleton className="h-4 w-24" />
          <Skeleton className="mt-2 h-8 w-28" />
        </div>
      ))}
    </div>
  );
}
