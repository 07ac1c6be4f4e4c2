"use client";

import { useLocale, useTranslations } from "use-intl";
import { useKept } from "@/address/useKept";
import type { PlaceNode } from "@/api/types";
import type { Mark } from "@/charts/Marks";
import { StackedChart } from "@/charts/StackedChart";
import type { Column, Part, Series } from "@/charts/stack";
import { explainAddress } from "@/explain/address";
import { useHouse } from "@/house/HouseProvider";
import { marksWithin } from "@/marks/useMarks";
import { periodOfBucket } from "@/period/period";
import { usePeriodAddress } from "@/period/usePeriod";
import { placeOf } from "@/places/tree";
import { axisFormat } from "./axis";
import { BucketTooltip } from "./BucketTooltip";
import { type Bucket, type Measure, partOf, stateOf } from "./buckets";
import type { BucketSize } from "./names";
import { useBucketNames } from "./names";

interface CostsChartProps {
  node: PlaceNode;
  buckets: readonly Bucket[];
  /** By the first instant of the bucket beside it. */
  references: ReadonlyMap<string, number>;
  series: readonly Series[];
  seriesOf: (id: string) => string;
  measure: Measure;
  size: BucketSize;
  marks: readonly Mark[];
}

export function CostsChart(props: CostsChartProps) {
  const { node, buckets, references, series, seriesOf, measure, size, marks } = props;
  const t = useTranslations("costs");
  const locale = useLocale();
  const { currency } = useHouse();
  const names = useBucketNames(size);
  const leadsTo = useBucketAddress(node, size);
  const marksOf = (bucket: Bucket) =>
    marksWithin(marks, Date.parse(bucket.from), Date.parse(bucket.to));
  const columns = buckets.map((bucket): Column => {
    const href = leadsTo(bucket);
    return {
      key: bucket.from,
      label: names.short(bucket),
      name: names.full(bucket),
      parts: partsOf(bucket, measure, seriesOf),
      state: stateOf(bucket, measure),
      reference: references.get(bucket.from) ?? null,
      marks: marksOf(bucket),
      ...(href && { href }),
    };
  });
  return (
    <StackedChart
      title={t(`chart.${size}`)}
      columns={columns}
      series={series}
      format={axisFormat(locale, measure === "cost" ? currency : "kWh")}
      tooltip={(key) => (
        <BucketTooltip
          bucket={buckets.find(({ from }) => from === key)}
          series={series}
          seriesOf={seriesOf}
          measure={measure}
          size={size}
          reference={references.get(key) ?? null}
          marks={columns.find((column) => column.key === key)?.marks ?? []}
        />
      )}
    />
  );
}

/** A bucket leads to its own period; an hour of a device to how its number comes about. */
function useBucketAddress(node: PlaceNode, size: BucketSize) {
  const address = usePeriodAddress();
  const kept = useKept();
  const { device } = placeOf(node);
  return ({ from, to }: Bucket): string | null => {
    const period = periodOfBucket(size, from);
    if (period) return address(period);
    return device ? explainAddress({ device, from, to }, kept) : null;
  };
}

/** What each series adds to a bucket. */
export function partsOf(
  { slices }: Bucket,
  measure: Measure,
  seriesOf: (id: string) => string,
): Record<string, Part> {
  const parts: Record<string, Part> = {};
  for (const { id, figures } of slices) {
    const { value, estimated } = partOf(figures, measure);
    const sum = parts[seriesOf(id)] ?? { value: 0, estimated: 0 };
    parts[seriesOf(id)] = { value: sum.value + value, estimated: sum.estimated + estimated };
  }
  return parts;
}
