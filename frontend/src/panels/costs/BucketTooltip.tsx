"use client";

import { useLocale, useTranslations } from "use-intl";
import { type Mark, MarkLines } from "@/charts/Marks";
import type { Series } from "@/charts/stack";
import { useHouse } from "@/house/HouseProvider";
import { formatEnergy } from "@/quantities/energy";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { type Bucket, type Measure, stateOf } from "./buckets";
import { partsOf } from "./CostsChart";
import { type BucketSize, useBucketNames } from "./names";

/** More lines would hide the chart. */
const MAX_LINES = 5;

interface BucketTooltipProps {
  bucket: Bucket | undefined;
  series: readonly Series[];
  seriesOf: (id: string) => string;
  measure: Measure;
  size: BucketSize;
  reference: number | null;
  marks: readonly Mark[];
}

/** A bucket's sum, its largest parts and what it is compared with, rounded as the picture is. */
export function BucketTooltip({ bucket, series, seriesOf, measure, ...rest }: BucketTooltipProps) {
  const t = useTranslations("costs");
  const format = useFormat(measure);
  const names = useBucketNames(rest.size);
  if (!bucket) return null;
  const state = stateOf(bucket, measure);
  const parts = partsOf(bucket, measure, seriesOf);
  const lines = series
    .map((one) => ({ ...one, value: parts[one.key]?.value ?? 0 }))
    .filter(({ value }) => value > 0)
    .toSorted((a, b) => b.value - a.value);
  const sum = lines.reduce((all, { value }) => all + value, 0);
  const isKnown = state === "whole" || state === "partial";
  return (
    <>
      <p className="text-muted text-xs">{names.full(bucket)}</p>
      <p className="font-semibold">{isKnown ? format(sum) : t(`states.${state}`)}</p>
      {series.length > 1 && (
        <ul>
          {lines.slice(0, MAX_LINES).map(({ key, label, colour, value }) => (
            <li key={key} className="flex items-center justify-between gap-3">
              <span className="flex min-w-0 items-center gap-1.5">
                <svg aria-hidden viewBox="0 0 8 8" className="size-2 shrink-0">
                  <rect width="8" height="8" fill={colour} className="mark" />
                </svg>
                <span className="truncate">{label}</span>
              </span>
              <span>{format(value)}</span>
            </li>
          ))}
        </ul>
      )}
      {rest.reference !== null && (
        <p className="text-muted">{t("reference", { value: format(rest.reference) })}</p>
      )}
      <MarkLines marks={rest.marks} />
      {state === "partial" && <p className="text-muted text-xs">{t("states.partial")}</p>}
    </>
  );
}

function useFormat(measure: Measure): (value: number) => string {
  const locale = useLocale();
  const { currency } = useHouse();
  return (value) =>
    textOf(
      measure === "cost"
        ? formatMoney(locale, currency, String(value))
        : formatEnergy(locale, String(value)),
    );
}
