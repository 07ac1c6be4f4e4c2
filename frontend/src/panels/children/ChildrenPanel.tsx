"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { PlaceNode } from "@/api/types";
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
  const answer = useTodayAndMonth(placeOf(node));
  const [order, setOrder] = useState(AS_CONFIGURED);
  const level = childLevelOf(node.level);
  if (!level) return null;
  if (node.children.length === 0) {
    return (
      <Panel title={t(level)}>
        <p className="text-muted">{t("empty")}</p>
      </Panel>
    );
  }
  return (
    <Panel title={t(level)}>
      <Loaded answer={answer} skeleton={<TableSkeleton node={node} />} notAfterMs={COST.notAfterMs}>
        {([today, month]) => (
          <ChildrenTable
            rows={childRows(node, today, month)}
            total={{ node, today: today.total, month: month.total }}
            order={order}
            onOrder={setOrder}
          />
        )}
      </Loaded>
    </Panel>
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
