"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Cost, CostRow } from "@/api/types";
import { Explained } from "@/explain/Explained";
import { MarksList } from "@/marks/MarksList";
import { useMarks } from "@/marks/useMarks";
import { CostValue } from "@/panels/CostValue";
import { FigureNotes } from "@/panels/FigureNotes";
import type { Place } from "@/places/place";
import { useBucketTotals } from "@/places/useCost";
import { Energy } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { type BucketSize, useBucketNames } from "./names";

interface CostsTableProps {
  place: Place;
  size: BucketSize;
}

/** The chart in exact figures: for screen readers, for copying. Asked for when it is opened. */
export function CostsTable({ place, size }: CostsTableProps) {
  const t = useTranslations("costs");
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="mt-3 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
        {t("asTable")}
      </summary>
      {isOpen && <Rows place={place} size={size} />}
    </details>
  );
}

function Rows({ place, size }: CostsTableProps) {
  const t = useTranslations("costs");
  const { data } = useBucketTotals(place);
  const marks = useMarks(place);
  if (!data) return null;
  return (
    <>
      <table className="mt-2 w-full max-w-xl">
        <caption className="sr-only">{t(`chart.${size}`)}</caption>
        <TableHead>
          <ColumnTitle align="start">{t(`time.${size}`)}</ColumnTitle>
          <ColumnTitle align="end">{t("energy")}</ColumnTitle>
          <ColumnTitle align="end">{t("cost")}</ColumnTitle>
        </TableHead>
        <tbody>
          {data.rows.toReversed().map((row) => (
            <Row key={row.from} row={row} cost={data} size={size} />
          ))}
        </tbody>
      </table>
      <MarksList marks={marks} />
    </>
  );
}

function Row({ row, cost, size }: { row: CostRow; cost: Cost; size: BucketSize }) {
  const { device } = cost.place;
  const names = useBucketNames(size);
  return (
    <tr className="border-line border-b align-top">
      <th scope="row" className="py-1.5 text-start font-normal">
        {names.full(row)}
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
    </tr>
  );
}
