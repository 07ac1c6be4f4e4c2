"use client";

import { useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { PlaceNode } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { placeOf } from "@/places/tree";
import { useTodayAndMonth } from "@/places/useCost";
import { CostFigures, CostFiguresSkeleton } from "./CostFigures";
import { LiveFigure } from "./LiveFigure";

interface NowPanelProps {
  node: PlaceNode;
  receivedAtMs: number;
}

export function NowPanel({ node, receivedAtMs }: NowPanelProps) {
  const t = useTranslations("now");
  const answer = useTodayAndMonth(placeOf(node));
  return (
    <section
      aria-label={t("title")}
      className="grid rounded-lg border border-line bg-surface lg:grid-cols-[2fr_5fr] lg:items-stretch"
    >
      <div className="px-4 py-4 sm:px-5">
        <LiveFigure node={node} receivedAtMs={receivedAtMs} />
      </div>
      <div className="border-line border-t px-4 py-4 sm:px-5 lg:border-s lg:border-t-0">
        <Loaded answer={answer} skeleton={<CostFiguresSkeleton />} notAfterMs={COST.notAfterMs}>
          {([today, month]) => <CostFigures today={today} month={month} />}
        </Loaded>
      </div>
    </section>
  );
}
