"use client";

import { useTranslations } from "use-intl";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { ChildTableRow, TotalRow } from "./ChildTableRow";
import { type Column, type Order, ordered, turned } from "./order";
import { type ChildRow, shareOf } from "./rows";

interface ChildrenTableProps {
  rows: readonly ChildRow[];
  total: ChildRow;
  order: Order;
  onOrder: (order: Order) => void;
}

/** Columns that a phone has no room for are shown from `sm` on; their figures are one level down. */
const COLUMNS: readonly { column: Column; className: string }[] = [
  { column: "power", className: "" },
  { column: "energyToday", className: "hidden md:table-cell" },
  { column: "costToday", className: "hidden sm:table-cell" },
  { column: "costMonth", className: "" },
];

export function ChildrenTable({ rows, total, order, onOrder }: ChildrenTableProps) {
  const t = useTranslations("children");
  return (
    <table className="w-full text-sm">
      <thead className="text-muted text-xs">
        <tr className="border-line border-b">
          <Title column="place" order={order} onOrder={onOrder} className="text-start" />
          <ColumnTitle align="start" className="hidden sm:table-cell">
            {t("state")}
          </ColumnTitle>
          {COLUMNS.map(({ column, className }) => (
            <Title
              key={column}
              column={column}
              order={order}
              onOrder={onOrder}
              className={`text-end ${className}`}
            />
          ))}
          <ColumnTitle align="start" className="hidden w-40 ps-6 lg:table-cell">
            {t("share")}
          </ColumnTitle>
        </tr>
      </thead>
      <tbody>
        {ordered(rows, order).map((row) => (
          <ChildTableRow key={row.node.id} row={row} share={shareOf(row, total)} />
        ))}
      </tbody>
      <tfoot>
        <TotalRow row={total} />
      </tfoot>
    </table>
  );
}

interface TitleProps {
  column: Column;
  order: Order;
  onOrder: (order: Order) => void;
  className: string;
}

function Title({ column, order, onOrder, className }: TitleProps) {
  const t = useTranslations("children");
  const isChosen = order.column === column;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      aria-sort={isChosen ? direction : undefined}
      className={`py-1 font-normal ${className}`}
    >
      <button
        type="button"
        onClick={() => onOrder(turned(order, column))}
        className="relative rounded-sm py-1 hover:text-ink"
      >
        {t(column)}
        {isChosen && column !== "place" && (
          <span aria-hidden className="absolute end-full me-1 text-accent">
            {order.descending ? "▾" : "▴"}
          </span>
        )}
      </button>
    </th>
  );
}
