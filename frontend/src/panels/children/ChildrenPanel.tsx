"use client";

import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Cost, PlaceNode } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { childLevelOf } from "@/places/place";
import { placeOf } from "@/places/tree";
import { useComparedCost, usePeriodCost } from "@/places/useCost";
import { Skeleton } from "@/ui/Skeleton";
import { ChildrenTable } from "./ChildrenTable";
import { OrderChoice } from "./OrderChoice";
import { childRows } from "./rows";

const MeterFaults = lazy(() =>
  import("@/register/MeterFaults").then((file) => ({ default: file.MeterFaults })),
);

/** What is inside the place, one level down, over the period. */
export function ChildrenPanel({ node }: { node: PlaceNode }) {
  const t = useTranslations("children");
  const level = childLevelOf(node.level);
  if (!level) return null;
  return (
    <Panel title={t(level)} aside={node.children.length > 1 && <OrderChoice />}>
      {node.children.length > 0 ? (
        <Inside node={node} />
      ) : (
        <p className="text-muted">{t("empty")}</p>
      )}
    </Panel>
  );
}

function Inside({ node }: { node: PlaceNode }) {
  const place = placeOf(node);
  const before = useComparedCost(place);
  const table = (cost?: Cost) => (
    <>
      <ChildrenTable node={node} rows={childRows(node, cost, before)} total={cost?.total} />
      {cost && cost.over_measured.length > 0 && (
        <Suspense>
          <MeterFaults faults={cost.over_measured} />
        </Suspense>
      )}
    </>
  );
  return (
    <Loaded
      answer={usePeriodCost(place)}
      skeleton={<TableSkeleton node={node} />}
      notAfterMs={COST.notAfterMs}
      // Without costs the rows still lead one level down and show what is live.
      problem={() => table()}
    >
      {table}
    </Loaded>
  );
}

function TableSkeleton({ node }: { node: PlaceNode }) {
  return (
    <div className="space-y-3 py-2">
      {node.children.map(({ id }) => (
        <Skeleton key={id} className="h-10 w-full" />
      ))}
    </div>
  );
}
