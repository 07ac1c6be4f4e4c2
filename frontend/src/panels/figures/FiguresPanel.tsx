"use client";

import { useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { NoticesPanel } from "@/panels/notices/NoticesPanel";
import { placeOf } from "@/places/tree";
import { NowFigure } from "./NowFigure";
import { PeriodFigure } from "./PeriodFigure";
import { SoFar } from "./SoFar";

interface FiguresPanelProps {
  node: PlaceNode;
  receivedAtMs: number;
}

/** The same figures at every level: now, the period, so far, and what needs attention. */
export function FiguresPanel({ node, receivedAtMs }: FiguresPanelProps) {
  const t = useTranslations("now");
  const place = placeOf(node);
  return (
    <section
      aria-label={t("title")}
      className="grid divide-y divide-line rounded-lg border border-line bg-surface md:grid-cols-2 md:divide-y-0 lg:grid-cols-[1fr_1.3fr_0.9fr_1.1fr] lg:divide-x"
    >
      <NowFigure node={node} receivedAtMs={receivedAtMs} />
      <PeriodFigure place={place} />
      <SoFar place={place} />
      <NoticesPanel node={node} />
    </section>
  );
}
