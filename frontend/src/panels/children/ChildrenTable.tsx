"use client";

import { useTranslations } from "use-intl";
import type { Figures, PlaceNode } from "@/api/types";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { ChildTableRow, TotalRow } from "./ChildTableRow";
import { type Column, ordered, turned } from "./order";
import { type ChildRow, shareOf } from "./rows";
import { useOrder } from "./useOrder";

interface ChildrenTableProps {
  node: PlaceNode;
  rows: readonly ChildRow[];
  total: Figures | undefined;
  /** No more than these, in their order. */
  maxRows?: number;
}

/** A table; on a phone each row is a block of two lines with the same figures. */
export function ChildrenTable({ node, rows, total, maxRows }: ChildrenTableProps) {
  const t = useTranslations("children");
  const [order] = useOrder();
  return (
    <table className="block w-full text-sm @xl:table">
      <TableHead className="hidden @xl:table-header-group">
        <SortTitle column="place" align="start" />
        <ColumnTitle align="start">{t("state")}</ColumnTitle>
        <SortTitle column="power" align="end" />
        <SortTitle column="energy" align="end" className="hidden @2xl:table-cell" />
        <SortTitle column="cost" align="end" />
        <SortTitle column="change" align="end" className="hidden @2xl:table-cell" />
        <ColumnTitle align="start" className="w-40 ps-6">
          {t("share")}
        </ColumnTitle>
      </TableHead>
      <tbody className="block @xl:table-row-group">
        {ordered(rows, order)
          .slice(0, maxRows)
          .map((row) => (
            <ChildTableRow key={row.node.id} row={row} share={shareOf(row, total)} />
          ))}
      </tbody>
      <tfoot className="block @xl:table-footer-group">
        <TotalRow node={node} figures={total} />
      </tfoot>
    </table>
  );
}

interface SortTitleProps {
  column: Column;
  align: "start" | "end";
  className?: string;
}

function SortTitle({ column, align, className = "" }: SortTitleProps) {
  const t = useTranslations("children");
  const [order, setOrder] = useOrder();
  const isChosen = order.column === column;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <ColumnTitle align={align} className={className} {...(isChosen && { sort: direction })}>
      <button
        type="button"
        onClick={() => setOrder(turned(order, column))}
        className="tap rounded-sm hover:text-ink"
      >
        {isChosen && (
          <span aria-hidden className="me-1 text-accent">
            {order.descending ? "▾" : "▴"}
          </span>
        )}
        {t(column)}
      </button>
    </ColumnTitle>
  );
}
