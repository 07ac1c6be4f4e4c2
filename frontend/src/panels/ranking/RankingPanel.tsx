"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Cost, PlaceNode } from "@/api/types";
import { Texts } from "@/language/Texts";
import { ChildrenTable } from "@/panels/children/ChildrenTable";
import { OrderChoice } from "@/panels/children/OrderChoice";
import { BY_COST } from "@/panels/children/order";
import { childRows } from "@/panels/children/rows";
import { useOrder } from "@/panels/children/useOrder";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { devicesOf, placeOf } from "@/places/tree";
import { useComparedDeviceCosts, useDeviceCosts } from "@/places/useCost";
import { Button } from "@/ui/Button";
import { Download } from "@/ui/Download";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../../messages/en/place.json";
import ja from "../../../messages/ja/place.json";
import { exported, withPlaces } from "./rows";

const TEXTS = { en, ja };
const FIRST_ROWS = 10;

/** All devices of a place, however deep, by what they cost in the period. */
export function RankingPanel({ node }: { node: PlaceNode }) {
  return (
    <Texts of={TEXTS}>
      <Ranking node={node} />
    </Texts>
  );
}

function Ranking({ node }: { node: PlaceNode }) {
  const t = useTranslations("ranking");
  const [order] = useOrder();
  const title = order.column === BY_COST.column && order.descending ? "costly" : "all";
  return (
    <Panel title={t(title)} aside={<OrderChoice />}>
      <Loaded
        answer={useDeviceCosts(placeOf(node))}
        skeleton={<RankingSkeleton node={node} />}
        notAfterMs={COST.notAfterMs}
        problem={() => <Rows node={node} />}
      >
        {(cost) => <Rows node={node} cost={cost} />}
      </Loaded>
    </Panel>
  );
}

function Rows({ node, cost }: { node: PlaceNode; cost?: Cost }) {
  const t = useTranslations("ranking");
  const [isAll, setAll] = useState(false);
  const before = useComparedDeviceCosts(placeOf(node));
  const devices = { ...node, children: devicesOf(node) };
  const rows = withPlaces(childRows(devices, cost, before), node);
  const isLong = rows.length > FIRST_ROWS + 2;
  return (
    <>
      <ChildrenTable
        node={node}
        rows={rows}
        total={cost?.total}
        {...(isLong && !isAll && { maxRows: FIRST_ROWS })}
      />
      <div className="flex flex-wrap items-baseline gap-x-3">
        {isLong && (
          <div className="mt-3">
            <Button onClick={() => setAll(!isAll)} aria-expanded={isAll}>
              {isAll ? t("fewer") : t("more", { count: rows.length })}
            </Button>
          </div>
        )}
        {cost && <Download name="devices" from={cost.from} rows={exported(rows, cost)} />}
      </div>
    </>
  );
}

function RankingSkeleton({ node }: { node: PlaceNode }) {
  const rows = Math.min(devicesOf(node).length, FIRST_ROWS);
  return <Skeleton className="w-full" height={`${rows * 3.4}rem`} />;
}
