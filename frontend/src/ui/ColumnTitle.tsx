import type { ReactNode } from "react";

interface ColumnTitleProps {
  /** Texts begin at the start, figures end at the end. */
  align: "start" | "end";
  /** Where the rows are ordered by this column. */
  sort?: "ascending" | "descending";
  className?: string;
  children: ReactNode;
}

export function ColumnTitle({ align, sort, className = "", children }: ColumnTitleProps) {
  const side = align === "start" ? "pe-4 text-start" : "ps-3 text-end";
  return (
    <th
      scope="col"
      aria-sort={sort}
      className={`py-2 font-normal first:ps-0 last:pe-0 ${side} ${className}`}
    >
      {children}
    </th>
  );
}
