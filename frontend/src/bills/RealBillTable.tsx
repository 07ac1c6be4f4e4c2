"use client";

import { useTranslations } from "use-intl";
import type { RealBill } from "@/api/types";
import { Energy, Money } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { useLineName } from "./names";

type Cells = Readonly<Record<"real" | "ours" | "difference", string | null>>;

/** kWh, every line and the total: on paper, computed, and how far they are apart. */
export function RealBillTable({ real }: { real: RealBill }) {
  const t = useTranslations("realBills");
  const name = useLineName();
  const energy = { real: real.kwh, ours: real.our_kwh, difference: real.kwh_difference };
  const total = { real: real.total, ours: real.our_total, difference: real.difference };
  return (
    <table className="w-full text-sm" data-testid="real-bill">
      <TableHead>
        <ColumnTitle align="start">
          <span className="sr-only">{t("line")}</span>
        </ColumnTitle>
        <ColumnTitle align="end">{t("onPaper")}</ColumnTitle>
        <ColumnTitle align="end">{t("ours")}</ColumnTitle>
        <ColumnTitle align="end">{t("difference")}</ColumnTitle>
      </TableHead>
      <tbody>
        <Row name={t("kwh")} cells={energy} currency={null} />
        {real.lines.map((line) => (
          <Row key={line.name} name={name(line.name)} cells={line} currency={real.currency} />
        ))}
        <Row name={t("total")} cells={total} currency={real.currency} isTotal />
      </tbody>
    </table>
  );
}

interface RowProps {
  name: string;
  cells: Cells;
  /** null: the cells are kWh. */
  currency: string | null;
  isTotal?: boolean;
}

function Row({ name, cells, currency, isTotal }: RowProps) {
  const t = useTranslations("realBills");
  const shown = (amount: string | null) => {
    if (currency === null) return <Energy kwh={amount} />;
    return <Money amount={amount} currency={currency} why={t("notEntered")} />;
  };
  return (
    <tr
      className={`border-line border-b last:border-0 ${isTotal ? "font-semibold" : "font-normal"}`}
    >
      <th scope="row" className="wrap-anywhere py-2 text-start [font-weight:inherit] sm:pe-4">
        {name}
      </th>
      <td className="py-2 ps-3 text-end">{shown(cells.real)}</td>
      <td className="py-2 ps-3 text-end">{shown(cells.ours)}</td>
      <td className="py-2 ps-3 text-end">{shown(cells.difference)}</td>
    </tr>
  );
}
