import type { ReactNode } from "react";

interface TableHeadProps {
  className?: string;
  /** Cells: ColumnTitle. */
  children: ReactNode;
}

/** The head of every table. */
export function TableHead({ className = "", children }: TableHeadProps) {
  return (
    <thead className={`text-muted text-xs ${className}`}>
      <tr className="border-line border-b">{children}</tr>
    </thead>
  );
}
