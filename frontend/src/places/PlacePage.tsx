"use client";

import { useSearchParams } from "next/navigation";
import { lazy, type ReactNode, Suspense } from "react";
import { useLocale } from "use-intl";
import { LIVE } from "@/api/refresh";
import type { PlaceNode } from "@/api/types";
import { FirstDay } from "@/firstday/FirstDay";
import { FiguresPanel } from "@/panels/figures/FiguresPanel";
import { Loaded } from "@/panels/Loaded";
import { nameOfPeriod } from "@/period/names";
import { PeriodBar } from "@/period/PeriodBar";
import { usePeriod } from "@/period/usePeriod";
import { AfterPaint } from "@/ui/AfterPaint";
import { PageHeading } from "@/ui/PageHeading";
import { Seen } from "@/ui/Seen";
import { Skeleton } from "@/ui/Skeleton";
import { Breadcrumbs } from "./Breadcrumbs";
import { PlaceNotFound } from "./PlaceNotFound";
import { PlaceSkeleton } from "./PlaceSkeleton";
import { addressOf, placeFromQuery } from "./place";
import { deviceCount, placeOf, wayTo } from "./tree";
import { usePlaces } from "./usePlaces";

const Siblings = lazy(() => import("./Siblings").then((file) => ({ default: file.Siblings })));

// The house, the first page of most visits, has no device of its own to show.
const DevicePanel = lazy(() =>
  import("@/panels/device/DevicePanel").then((file) => ({ default: file.DevicePanel })),
);

const RankingPanel = lazy(() =>
  import("@/panels/ranking/RankingPanel").then((file) => ({ default: file.RankingPanel })),
);

const CostsPanel = lazy(() =>
  import("@/panels/costs/CostsPanel").then((file) => ({ default: file.CostsPanel })),
);

const ChildrenPanel = lazy(() =>
  import("@/panels/children/ChildrenPanel").then((file) => ({ default: file.ChildrenPanel })),
);

const Below = lazy(() => import("./Below").then((file) => ({ default: file.Below })));

/** The house, or the room, shelf or device that the address names. */
export function PlacePage() {
  const place = placeFromQuery(useSearchParams());
  return (
    <Loaded answer={usePlaces()} skeleton={<PlaceSkeleton />} notAfterMs={LIVE.notAfterMs}>
      {(house, receivedAtMs) => {
        const way = wayTo(house, place);
        return way ? <Panels way={way} receivedAtMs={receivedAtMs} /> : <PlaceNotFound />;
      }}
    </Loaded>
  );
}

interface PanelsProps {
  way: readonly PlaceNode[];
  receivedAtMs: number;
}

function Panels({ way, receivedAtMs }: PanelsProps) {
  const node = way.at(-1);
  if (!node) return <PlaceNotFound />;
  const { device } = placeOf(node);
  return (
    // The key starts each place anew: no open form stays.
    <div key={addressOf(placeOf(node))} className="flex flex-col gap-6">
      <Heading way={way} node={node} />
      {node.level === "house" && (
        <AfterPaint>
          <FirstDay />
        </AfterPaint>
      )}
      <PeriodBar />
      <FiguresPanel node={node} receivedAtMs={receivedAtMs} />
      <div className="order-1 sm:order-none">
        <Near placeholder={<Skeleton className="h-[27rem] w-full rounded-lg" />}>
          <CostsPanel node={node} />
        </Near>
      </div>
      {(node.level === "house" || node.level === "room") && (
        <Near placeholder={<RowsSpace count={Math.min(deviceCount(node), FIRST_ROWS)} />}>
          <RankingPanel node={node} />
        </Near>
      )}
      {device ? (
        <Suspense fallback={<Skeleton className="h-64 w-full rounded-lg" />}>
          <DevicePanel device={device} />
        </Suspense>
      ) : (
        <Near placeholder={<RowsSpace count={node.children.length} />}>
          <ChildrenPanel node={node} />
        </Near>
      )}
      <div className="order-1 flex flex-col gap-6 sm:order-none">
        <Seen placeholder={below}>
          <Suspense fallback={below}>
            <Below node={node} />
          </Suspense>
        </Seen>
        {node.level !== "house" && (
          <Suspense>
            <Siblings way={way} />
          </Suspense>
        )}
      </div>
    </div>
  );
}

/** What a reader sees next: made ready after the figures, when it is near the window. */
function Near({ placeholder, children }: { placeholder: ReactNode; children: ReactNode }) {
  return (
    <Seen margin="100%" afterMs={RESTED_MS} placeholder={placeholder}>
      <Suspense fallback={placeholder}>{children}</Suspense>
    </Seen>
  );
}

/** Long after a slow phone has shown its first view. */
const RESTED_MS = 5_000;

/** As high as a table of so many rows. */
function RowsSpace({ count }: { count: number }) {
  return <Skeleton className="w-full rounded-lg" height={`${4.5 + 3.4 * count}rem`} />;
}

/** Of the ranking. */
const FIRST_ROWS = 10;

const below = <Skeleton className="h-64 w-full rounded-lg" />;

function Heading({ way, node }: { way: readonly PlaceNode[]; node: PlaceNode }) {
  const locale = useLocale();
  const name = node.name[locale];
  const period = nameOfPeriod(locale, usePeriod());
  return (
    <PageHeading
      title={name}
      tabTitle={node.level === "house" ? period : `${name} · ${period}`}
      above={<Breadcrumbs way={way} />}
    />
  );
}
