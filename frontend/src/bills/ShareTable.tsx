"use client";

import { useTranslations } from "use-intl";
import type { Shares } from "@/api/types";
import { Energy, Money } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { useLineName } from "./names";

export interface Share {
  key: string;
  name: string;
  kwh: string | null;
  cost: string | null;
  marginal: string | null;
}

interface ShareTableProps {
  rows: readonly Share[];
  /** What no device explains; null where it is in a row already. */
  rest: { kwh: string | null; cost: string | null } | null;
  houseLines: Shares["house_lines"];
  rounding: string;
  total: string | null;
}

/** The shares of a bill, the dearest first, then what no energy bears, down to the total. */
export function ShareTable({ rows, rest, houseLines, rounding, total }: ShareTableProps) {
  const t = useTranslations("bills");
  const name = useLineName();
  const ordered = rows.toSorted((one, other) => Number(other.cost) - Number(one.cost));
  return (
    <table className="w-full text-sm">
      <TableHead>
        <ColumnTitle align="start">
          <span className="sr-only">{t("device")}</span>
        </ColumnTitle>
        <ColumnTitle align="end">{t("kwh")}</ColumnTitle>
        <ColumnTitle align="end">{t("share")}</ColumnTitle>
        <ColumnTitle align="end">{t("marginal")}</ColumnTitle>
      </TableHead>
      <tbody>
        {ordered.map(({ key, ...share }) => (
          <ShareRow key={key} {...share} />
        ))}
        {rest && <ShareRow name={name("rest")} kwh={rest.kwh} cost={rest.cost} />}
        {houseLines.map((line) => (
          <ShareRow key={line.name} name={name(line.name)} cost={line.amount} />
        ))}
        <ShareRow name={name("rounding")} cost={rounding} />
        <ShareRow name={t("total")} cost={total} isTotal />
      </tbody>
    </table>
  );
}

interface ShareRowProps {
  name: string;
  kwh?: string | null;
  cost: string | null;
  marginal?: string | null;
  isTotal?: boolean;
}

function ShareRow({ name, kwh, cost, marginal, isTotal }: ShareRowProps) {
  return (
    <tr
      className={`border-line border-b last:border-0 ${isTotal ? "font-semibold" : "font-normal"}`}
    >
      <th scope="row" className="wrap-anywhere py-2 text-start [font-weight:inherit] sm:pe-4">
        {name}
      </th>
      <td className="py-2 ps-3 text-end">{kwh && <Energy kwh={kwh} />}</td>
      <td className="py-2 ps-3 text-end">
        <Money amount={cost} />
      </td>
      <td className="py-2 ps-3 text-end text-muted">{marginal && <Money amount={marginal} />}</td>
    </tr>
  );
}
