"use client";

import { useLocale } from "use-intl";
import { formatDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { Energy } from "@/quantities/Shown";
import type { DayBar } from "./day-bars";

export function DayTooltip({ bar }: { bar: DayBar | undefined }) {
  const locale = useLocale();
  const { time_zone } = useHouse();
  if (!bar) return null;
  return (
    <>
      <p className="text-muted text-xs">{formatDay(locale, bar.day, time_zone)}</p>
      <p className="font-semibold">
        <CostValue figures={bar.figures} />
      </p>
      <p>
        <Energy kwh={bar.figures.energy_kwh} />
      </p>
      <FigureNotes figures={bar.figures} about="both" />
    </>
  );
}
