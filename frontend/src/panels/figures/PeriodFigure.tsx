"use client";

import { useLocale, useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Cost } from "@/api/types";
import { Explained } from "@/explain/Explained";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { Loaded } from "@/panels/Loaded";
import { nameOfPeriod } from "@/period/names";
import { dayCount, includes, isFuture, type Period, periodAround } from "@/period/period";
import { usePeriod, useToday } from "@/period/usePeriod";
import type { Place } from "@/places/place";
import { useComparedCost, usePeriodCost } from "@/places/useCost";
import { Energy } from "@/quantities/Shown";
import { Skeleton } from "@/ui/Skeleton";
import { Change } from "./Change";
import { FigureCard } from "./FigureCard";
import { IncompleteDevices } from "./IncompleteDevices";

/** Cost and energy of the period, and how they compare. */
export function PeriodFigure({ place }: { place: Place }) {
  const before = useComparedCost(place);
  return (
    <Loaded
      answer={usePeriodCost(place)}
      skeleton={<FigureSkeleton />}
      notAfterMs={COST.notAfterMs}
    >
      {(cost) => <Shown cost={cost} before={before} place={place} />}
    </Loaded>
  );
}

interface ShownProps {
  cost: Cost;
  before: Cost | undefined;
  place: Place;
}

function Shown({ cost, before, place }: ShownProps) {
  const period = usePeriod();
  const today = useToday();
  const { total } = cost;
  const t = useTranslations("period");
  const suffix = suffixOf(period, today);
  const notes = isFuture(period, today) ? (
    <p>{t("notBegun")}</p>
  ) : (
    <>
      {total.energy_kwh !== null && (
        <p className="text-base text-ink">
          <Explained device={cost.place.device} range={cost}>
            <Energy kwh={total.energy_kwh} testId={`energy-${suffix}`} />
          </Explained>
        </p>
      )}
      <Change cost={cost} before={before} testId="change" />
      <FigureNotes figures={total} about="both" isNamed={!place.device} />
      <IncompleteDevices place={place} />
    </>
  );
  return (
    <FigureCard title={usePeriodTitle(period, today)} notes={notes}>
      <Explained device={cost.place.device} range={cost}>
        <CostValue figures={total} testId={`cost-${suffix}`} />
      </Explained>
    </FigureCard>
  );
}

/** The period shown may be the day or month that other pages show beside it. */
function suffixOf(period: Period, today: string): string {
  if (!includes(period, today)) return "period";
  if (period.name === "day") return "today";
  return period.name === "month" ? "month" : "period";
}

function usePeriodTitle(period: Period, today: string): string {
  const t = useTranslations("now");
  const locale = useLocale();
  const name = nameOfPeriod(locale, period);
  if (!includes(period, today) || period.name === "day") return name;
  const passed = dayCount({ ...period, end: today }) + 1;
  return t("soFar", { period: name, passed, days: dayCount(period) });
}

/** Whether a card of its own would repeat the period's. */
export function useIsShown(name: "day" | "month"): boolean {
  const period = usePeriod();
  const today = useToday();
  const { first, end } = periodAround(name, today);
  return period.first === first && period.end === end;
}

/** Today's title and this month's, with how many of its days have passed. */
export function useSoFarTitle(): { today: string; month: string } {
  const t = useTranslations("now");
  const today = useToday();
  const month = periodAround("month", today);
  const passed = dayCount({ ...month, end: today }) + 1;
  return {
    today: t("today"),
    month: t("monthSoFar", { passed, days: dayCount(month) }),
  };
}

export function FigureSkeleton() {
  return (
    <div className="px-4 py-4 sm:px-5">
      <Skeleton className="h-5 w-40" />
      <Skeleton className="mt-2 h-12 w-40" />
      <Skeleton className="mt-2 h-16 w-56" />
    </div>
  );
}
