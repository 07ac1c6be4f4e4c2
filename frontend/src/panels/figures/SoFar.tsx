"use client";

import { lazy, Suspense } from "react";
import type { Answer } from "@/api/answer";
import { COST } from "@/api/refresh";
import type { Budget, Cost } from "@/api/types";
import { Explained } from "@/explain/Explained";
import { CostValue } from "@/panels/CostValue";
import { Loaded } from "@/panels/Loaded";
import { useNotices } from "@/panels/notices/useNotices";
import type { Place } from "@/places/place";
import { useMonthCost, useTodayCost } from "@/places/useCost";
import { Energy } from "@/quantities/Shown";
import { Skeleton } from "@/ui/Skeleton";
import { useIsShown, useSoFarTitle } from "./PeriodFigure";

// Most houses have no budget, and the first view does not wait for one.
const CurrentBudget = lazy(() =>
  import("@/budgets/CurrentBudget").then((file) => ({ default: file.CurrentBudget })),
);

/** Today and this month so far, as far as the period's own figure does not show them. */
export function SoFar({ place }: { place: Place }) {
  const isToday = useIsShown("day");
  const isMonth = useIsShown("month");
  const budget = useBudget(place);
  return (
    <dl className="grid content-start gap-4 px-4 py-4 sm:px-5">
      {!isToday && <Today place={place} />}
      {!isMonth && <Month place={place} />}
      {budget && (
        <Suspense>
          <CurrentBudget budget={budget} />
        </Suspense>
      )}
    </dl>
  );
}

/** That of the house or of a device; it comes with the notices, which rest on the same forecast. */
function useBudget({ room, device }: Place): Budget | undefined {
  const { data } = useNotices();
  if (room && !device) return undefined;
  return data?.budgets.find((budget) => budget.device === (device ?? null));
}

function Today({ place }: { place: Place }) {
  return <Entry title={useSoFarTitle().today} answer={useTodayCost(place)} testId="today" />;
}

function Month({ place }: { place: Place }) {
  return <Entry title={useSoFarTitle().month} answer={useMonthCost(place)} testId="month" />;
}

interface EntryProps {
  title: string;
  answer: Answer<Cost>;
  testId: string;
}

function Entry({ title, answer, testId }: EntryProps) {
  return (
    <div>
      <dt className="text-muted text-sm">{title}</dt>
      <dd className="mt-1">
        <Loaded
          answer={answer}
          skeleton={<Skeleton className="h-8 w-32" />}
          notAfterMs={COST.notAfterMs}
          problem={() => "—"}
        >
          {({ total, place, from, to }) => (
            <span className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-semibold text-figure tracking-tight">
                <Explained device={place.device} range={{ from, to }}>
                  <CostValue figures={total} testId={`cost-${testId}`} />
                </Explained>
              </span>
              <span className="text-muted">
                <Explained device={place.device} range={{ from, to }}>
                  <Energy kwh={total.energy_kwh} testId={`energy-${testId}`} />
                </Explained>
              </span>
            </span>
          )}
        </Loaded>
      </dd>
    </div>
  );
}
