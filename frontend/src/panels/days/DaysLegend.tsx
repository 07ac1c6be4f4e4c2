"use client";

import { useTranslations } from "use-intl";
import { Legend, type LegendEntry } from "@/charts/Legend";
import type { DayBar } from "./day-bars";

/** Explains only what can be seen in the chart above it. */
export function DaysLegend({ bars }: { bars: readonly DayBar[] }) {
  const t = useTranslations("days.legend");
  const entries: (LegendEntry & { isSeen: boolean })[] = [
    {
      key: "measured",
      label: t("measured"),
      colour: "var(--measured)",
      isSeen: bars.some(({ measured }) => measured > 0),
    },
    {
      key: "estimated",
      label: t("estimated"),
      colour: "var(--measured)",
      hatch: "estimated",
      isSeen: bars.some(({ estimated }) => estimated > 0),
    },
    {
      key: "partial",
      label: t("partial"),
      hatch: "no-data",
      isSeen: bars.some(({ state }) => state === "partial"),
    },
    {
      key: "no-data",
      label: t("noData"),
      hatch: "no-data",
      isSeen: bars.some(({ state }) => state === "no-data"),
    },
    {
      key: "no-price",
      label: t("noPrice"),
      hatch: "no-price",
      isSeen: bars.some(({ state }) => state === "no-price"),
    },
  ];
  return <Legend entries={entries.filter(({ isSeen }) => isSeen)} />;
}
