"use client";

import { useTranslations } from "use-intl";
import { Legend, type LegendEntry } from "@/charts/Legend";
import type { Mark } from "@/charts/Marks";
import type { Series } from "@/charts/stack";
import { type Bucket, type Measure, stateOf } from "./buckets";

interface CostsLegendProps {
  buckets: readonly Bucket[];
  series: readonly Series[];
  measure: Measure;
  /** The name of the period compared with; null where none is drawn. */
  reference: string | null;
  marks: readonly Mark[];
}

/** Explains only what can be seen in the chart above it. */
export function CostsLegend({ buckets, series, measure, reference, marks }: CostsLegendProps) {
  const t = useTranslations("costs");
  const tMarks = useTranslations("marks.legend");
  const states = new Set(buckets.map((bucket) => stateOf(bucket, measure)));
  const isEstimated = buckets.some(({ slices }) =>
    slices.some(({ figures }) => Number(figures.estimated_kwh) > 0),
  );
  const entries: LegendEntry[] = series.map(({ key, label, colour }) => ({ key, label, colour }));
  if (isEstimated) {
    entries.push({
      key: "estimated",
      label: t("legend.estimated"),
      colour: "var(--muted)",
      hatch: "estimated",
    });
  }
  if (states.has("partial")) {
    entries.push({ key: "partial", label: t("legend.partial"), hatch: "no-data" });
  } else if (states.has("no-data")) {
    entries.push({ key: "no-data", label: t("states.no-data"), hatch: "no-data" });
  }
  if (states.has("no-price")) {
    entries.push({ key: "no-price", label: t("states.no-price"), hatch: "no-price" });
  }
  if (reference) {
    entries.push({
      key: "reference",
      label: reference,
      colour: "var(--ink)",
      line: { strokeWidth: 2 },
    });
  }
  for (const mark of new Set(marks.map(({ type }) => type))) {
    entries.push({ key: mark, label: tMarks(mark), mark });
  }
  return <Legend entries={entries} />;
}
