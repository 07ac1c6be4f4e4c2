"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Figures } from "@/api/types";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { Energy } from "@/quantities/Shown";
import { Skeleton } from "@/ui/Skeleton";

interface CostFiguresProps {
  today: Figures;
  month: Figures;
}

export function CostFigures({ today, month }: CostFiguresProps) {
  const t = useTranslations("now");
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-3">
      <Entry label={t("energyToday")} notes={<FigureNotes figures={today} about="energy" />}>
        <Energy kwh={today.energy_kwh} testId="energy-today" />
      </Entry>
      <Entry label={t("costToday")} notes={<FigureNotes figures={today} about="cost" />}>
        <CostValue figures={today} testId="cost-today" />
      </Entry>
      <Entry label={t("costMonth")} notes={<FigureNotes figures={month} about="both" />}>
        <CostValue figures={month} testId="cost-month" />
      </Entry>
    </dl>
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
    <div>
      <dt className="text-muted text-sm">{label}</dt>
      <dd className="mt-1">
        <span className="font-semibold text-figure tracking-tight">{children}</span>
        {notes}
      </dd>
    </div>
  );
}

export function CostFiguresSkeleton() {
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-3">
      {["energy", "today", "month"].map((figure) => (
        <div key={figure}>
          <Skeleton className="h-4 w-24" />
          <Skeleton className="mt-2 h-7 w-28" />
        </div>
      ))}
    </div>
  );
}
