"use client";

import { type CSSProperties, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { WeekHours } from "@/api/types";
import { useHouse } from "@/house/HouseProvider";
import { dateFormat } from "@/language/formats";
import { useMeasure } from "@/panels/costs/useMeasure";
import { formatEnergy } from "@/quantities/energy";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Download } from "@/ui/Download";
import { type Cell, cellsOf, HOURS, largestMean, WEEKDAYS } from "./cells";

/** A day that is a Monday, for the names of the days. */
const MONDAY = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;
const LABELLED_HOURS = 6;

/** Hours across, days of the week down; the stronger the colour, the more. */
export function HeatMap({ data }: { data: WeekHours }) {
  const t = useTranslations("hours");
  const [measure] = useMeasure();
  const [shown, show] = useState<Cell | null>(null);
  const cells = cellsOf(data.hours, measure);
  const largest = largestMean(cells.values());
  const nameOfDay = useDayNames();
  const describe = useDescription(measure);
  return (
    <>
      <table
        className="w-full table-fixed border-separate border-spacing-px"
        aria-label={t("title")}
      >
        <thead>
          <tr>
            <td className="w-10" />
            {HOURS.map((hour) => (
              <th key={hour} scope="col" className="h-5 font-normal text-muted text-xs">
                <span className="sr-only">{t("hour", { hour })}</span>
                <span aria-hidden className="block w-0 whitespace-nowrap">
                  {hour % LABELLED_HOURS === 0 && hour}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {WEEKDAYS.map((weekday) => (
            <tr key={weekday}>
              <th scope="row" className="text-start font-normal text-muted text-xs">
                {nameOfDay(weekday, "short")}
              </th>
              {HOURS.map((hour) => {
                const cell = cells.get(`${weekday}-${hour}`);
                return (
                  <td
                    key={hour}
                    onPointerEnter={() => show(cell ?? null)}
                    onPointerDown={() => show(cell ?? null)}
                    onPointerLeave={() => show(null)}
                    className={`h-5 rounded-xs sm:h-6 ${cell?.mean == null ? "hatched" : "heat"}`}
                    style={heatOf(cell, largest)}
                  >
                    <span className="sr-only">{describe(cell)}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 min-h-5 text-muted text-sm" aria-hidden>
        {shown
          ? `${nameOfDay(shown.weekday, "long")} ${t("hour", { hour: shown.hour })}: ${describe(shown)}`
          : t("scale", { largest: describe({ ...NOTHING, mean: largest }) })}
      </p>
      <Twin cells={cells} describe={describe} nameOfDay={nameOfDay} />
      <Download name="hours" from={data.from} rows={exported(data)} />
    </>
  );
}

const NOTHING: Cell = { weekday: 1, hour: 0, mean: null, times: 0, isPartial: false };

/** Negative means, as of a meter with faults behind it, have no colour. */
function heatOf(cell: Cell | undefined, largest: number): CSSProperties {
  const share = cell?.mean == null || largest === 0 ? 0 : Math.max(0, cell.mean / largest);
  return { "--heat": `${Math.round(100 * share)}%` } as CSSProperties;
}

interface TwinProps {
  cells: ReadonlyMap<string, Cell>;
  describe: (cell: Cell | undefined) => string;
  nameOfDay: (weekday: number, length: "short" | "long") => string;
}

/** The picture in figures: hours down, so that it fits a phone. */
function Twin({ cells, describe, nameOfDay }: TwinProps) {
  const t = useTranslations("hours");
  return (
    <details className="mt-2 text-sm">
      <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
        {t("asTable")}
      </summary>
      <ul className="mt-2 space-y-3">
        {WEEKDAYS.map((weekday) => (
          <li key={weekday}>
            <p className="font-medium">{nameOfDay(weekday, "long")}</p>
            <ul className="grid grid-cols-2 gap-x-4 text-muted sm:grid-cols-4">
              {HOURS.map((hour) => (
                <li key={hour} className="flex justify-between gap-2 border-line border-b py-0.5">
                  <span>{t("hour", { hour })}</span>
                  <span className="text-ink">{describe(cells.get(`${weekday}-${hour}`))}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </details>
  );
}

function useDayNames(): TwinProps["nameOfDay"] {
  const locale = useLocale();
  return (weekday, length) =>
    dateFormat(locale, { weekday: length, timeZone: "UTC" }).format(
      MONDAY + (weekday - 1) * DAY_MS,
    );
}

function useDescription(measure: "cost" | "energy"): TwinProps["describe"] {
  const t = useTranslations("hours");
  const locale = useLocale();
  const { currency } = useHouse();
  return (cell) => {
    if (cell?.mean == null) return t("noData");
    const exact = String(cell.mean);
    const value = textOf(
      measure === "cost" ? formatMoney(locale, currency, exact) : formatEnergy(locale, exact),
    );
    return cell.isPartial ? t("partial", { value }) : value;
  };
}

function exported({ hours, currency }: WeekHours) {
  return hours.map(({ weekday, hour, times, figures }) => ({
    weekday,
    hour,
    times,
    energy_kwh: figures.energy_kwh,
    cost: figures.cost,
    currency,
    missing_seconds: figures.coverage.missing_seconds,
  }));
}
