"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Cost, PlaceNode } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { childLevelOf } from "@/places/place";
import { placeOf } from "@/places/tree";
import { useTodayAndMonth } from "@/places/useCost";
import { Skeleton } from "@/ui/Skeleton";
import { ChildrenTable } from "./ChildrenTable";
import { AS_CONFIGURED } from "./order";
import { childRows } from "./rows";

/** What is inside the place, one level down. */
export function ChildrenPanel({ node }: { node: PlaceNode }) {
  const t = useTranslations("children");
  const level = childLevelOf(node.level);
  if (!level) return null;
  return (
    <Panel title={t(level)}>
      {node.children.length > 0 ? (
        <Inside node={node} />
      ) : (
        <p className="text-muted">{t("empty")}</p>
      )}
    </Panel>
  );
}

function Inside({ node }: { node: PlaceNode }) {
  const answer = useTodayAndMonth(placeOf(node));
  const [order, setOrder] = useState(AS_CONFIGURED);
  const table = (today?: Cost, month?: Cost) => (
    <ChildrenTable
      rows={childRows(node, today, month)}
      total={{ node, today: today?.total, month: month?.total }}
      order={order}
      onOrder={setOrder}
    />
  );
  return (
    <Loaded
      answer={answer}
      skeleton={<TableSkeleton node={node} />}
      notAfterMs={COST.notAfterMs}
      // Without costs the rows still lead one level down and tell what is live.
      problem={() => table()}
    >
      {([today, month]) => table(today, month)}
    </Loaded>
  );
}

function TableSkeleton({ node }: { node: PlaceNode }) {
  return (
    <div className="space-y-3 py-2">
      {node.children.map(({ id }) => (
        <Skeleton key={id} className="h-8 w-full" />
      ))}
    </div>
  );
}
