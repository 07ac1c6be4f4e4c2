"use client";

import type { ReactNode } from "react";
import { useLocale } from "use-intl";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";

interface CountedCellProps {
  /** The column's title, said beside the figure where there are no columns. */
  label: string;
  differsKwh?: number | null;
  children: ReactNode;
}

/** What one way to count says, and by how much that departs. */
export function CountedCell({ label, differsKwh = null, children }: CountedCellProps) {
  const locale = useLocale();
  return (
    <td className="flex items-baseline justify-between gap-2 py-0.5 md:table-cell md:py-2 md:ps-3 md:text-end">
      <span className="text-muted text-xs md:hidden">{label}</span>
      <span className="text-end">
        {children}
        {differsKwh !== null && (
          <span className="block whitespace-nowrap text-end text-silent text-xs">
            {differsKwh > 0 ? "+" : "−"}
            {textOf(formatEnergy(locale, String(Math.abs(differsKwh))))}
          </span>
        )}
      </span>
    </td>
  );
}
