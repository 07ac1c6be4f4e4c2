"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Cost, CostRow, PlaceNode } from "@/api/types";
import { Explained } from "@/explain/Explained";
import { MarksList } from "@/marks/MarksList";
import { useMarks } from "@/marks/useMarks";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import { childLevelOf } from "@/places/place";
import { placeOf } from "@/places/tree";
import { useBucketCosts, useBucketTotals } from "@/places/useCost";
import { Energy } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { type Bucket, bucketsOf, type Measure, placesIn } from "./buckets";
import { type BucketSize, useBucketNames, useNameOfPart } from "./names";
import { useMeasure } from "./useMeasure";

interface CostsTableProps {
  node: PlaceNode;
  size: BucketSize;
}

/** The chart in exact figures: for screen readers, for copying. Asked for when it is opened. */
export function CostsTable({ node, size }: CostsTableProps) {
  const t = useTranslations("costs");
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="mt-3 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
        {t("asTable")}
      </summary>
      {isOpen && <Rows node={node} size={size} />}
    </details>
  );
}

/** The totals of each bucket, then what the chart shows: the part of each place inside. */
function Rows({ node, size }: CostsTableProps) {
  const t = useTranslations("costs");
  const place = placeOf(node);
  const { data } = useBucketTotals(place);
  const { data: parts } = useBucketCosts(place);
  const marks = useMarks(place);
  const nameOf = useNameOfPart(node);
  if (!data || !parts) return null;
  const buckets = bucketsOf(parts, childLevelOf(node.level));
  const places = placesIn(node, buckets);
  return (
    <>
      <section
        aria-label={t("tableName")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it on a phone's width
        tabIndex={0}
        className="-mx-4 overflow-x-auto px-4 sm:-mx-5 sm:px-5"
      >
        <table className={`mt-2 w-full ${places.length > 0 ? "" : "max-w-xl"}`}>
          <caption className="sr-only">{t(`chart.${size}`)}</caption>
          <TableHead>
            <ColumnTitle align="start" className="whitespace-nowrap">
              {t(`time.${size}`)}
            </ColumnTitle>
            <ColumnTitle align="end" className="whitespace-nowrap">
              {t("energy")}
            </ColumnTitle>
            <ColumnTitle align="end" className="whitespace-nowrap">
              {t("cost")}
            </ColumnTitle>
            {places.map((id) => (
              <ColumnTitle key={id} align="end" className="whitespace-nowrap">
                {nameOf(id)}
              </ColumnTitle>
            ))}
          </TableHead>
          <tbody>
            {data.rows.toReversed().map((row) => (
              <Row
                key={row.from}
                row={row}
                cost={data}
                size={size}
                bucket={buckets.find(({ from }) => from === row.from)}
                places={places}
              />
            ))}
          </tbody>
        </table>
      </section>
      <MarksList marks={marks} />
    </>
  );
}

interface RowProps {
  row: CostRow;
  cost: Cost;
  size: BucketSize;
  bucket: Bucket | undefined;
  places: readonly string[];
}

function Row({ row, cost, size, bucket, places }: RowProps) {
  const { device } = cost.place;
  const [measure] = useMeasure();
  const names = useBucketNames(size);
  return (
    <tr className="border-line border-b align-top">
      <th scope="row" className="py-1.5 text-start font-normal">
        <span className="whitespace-nowrap">{names.full(row)}</span>
        <FigureNotes figures={row.figures} about="both" isPlace={!device} />
      </th>
      <td className="py-1.5 ps-3 text-end">
        <Explained device={device} range={row}>
          <Energy kwh={row.figures.energy_kwh} />
        </Explained>
      </td>
      <td className="py-1.5 ps-3 text-end">
        <Explained device={device} range={row}>
          <CostValue figures={row.figures} />
        </Explained>
      </td>
      {places.map((id) => (
        <td key={id} className="whitespace-nowrap py-1.5 ps-3 text-end">
          <PartValue bucket={bucket} id={id} measure={measure} />
        </td>
      ))}
    </tr>
  );
}

interface PartValueProps {
  bucket: Bucket | undefined;
  id: string;
  measure: Measure;
}

/** The part of a place, as the chart shows it; empty where it was not there. */
function PartValue({ bucket, id, measure }: PartValueProps) {
  const figures = bucket?.slices.find((slice) => slice.id === id)?.figures;
  if (!figures) return null;
  return measure === "cost" ? <CostValue figures={figures} /> : <Energy kwh={figures.energy_kwh} />;
}
