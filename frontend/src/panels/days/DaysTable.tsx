"use client";

import { useLocale, useTranslations } from "use-intl";
import { Explained } from "@/explain/Explained";
import { formatDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { Energy } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import type { DayBar } from "./day-bars";

interface DaysTableProps {
  bars: readonly DayBar[];
  /** Whose days they are, where it is a single device. */
  device: string | null;
}

/** The chart in words and figures: for screen readers, for copying, for exactness. */
export function DaysTable({ bars, device }: DaysTableProps) {
  const t = useTranslations("days");
  return (
    <details className="mt-3 text-sm">
      <summary className="w-fit cursor-pointer rounded-sm text-accent">{t("asTable")}</summary>
      <table className="mt-2 w-full max-w-xl">
        <caption className="sr-only">{t("chart")}</caption>
        <thead className="text-muted text-xs">
          <tr className="border-line border-b">
            <ColumnTitle align="start">{t("day")}</ColumnTitle>
            <ColumnTitle align="end">{t("energy")}</ColumnTitle>
            <ColumnTitle align="end">{t("cost")}</ColumnTitle>
          </tr>
        </thead>
        <tbody>
          {bars.toReversed().map((bar) => (
            <DayRow key={bar.day} bar={bar} device={device} />
          ))}
        </tbody>
      </table>
    </details>
  );
}

function DayRow({ bar, device }: { bar: DayBar; device: string | null }) {
  const range = { from: bar.day, to: bar.until };
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (
    <tr className="border-line border-b align-top">
      <th scope="row" className="py-1.5 text-start font-normal">
        {formatDay(locale, bar.day, time_zone)}
        <FigureNotes figures={bar.figures} about="both" />
      </th>
      <td className="py-1.5 text-end">
        <Explained device={device} range={range}>
          <Energy kwh={bar.figures.energy_kwh} inColumn />
        </Explained>
      </td>
      <td className="py-1.5 text-end">
        <Explained device={device} range={range}>
          <CostValue figures={bar.figures} />
        </Explained>
      </td>
    </tr>
  );
}
