"use client";

import { useTranslations } from "use-intl";
import type { Balance } from "@/api/types";
import { Energy, Money } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import type { Row } from "@/ui/Download";
import { TableHead } from "@/ui/TableHead";

/** What the table shows, as a file. */
export function exported({ from, to, total, currency }: Balance): Row[] {
  const rows = ROWS.filter(([, kwh]) => total[kwh] !== null).map(([what, kwh, money]) => ({
    from,
    to,
    what,
    energy_kwh: total[kwh],
    cost: money && total[money],
    currency,
  }));
  const bill = { from, to, what: "bill", energy_kwh: null, cost: total.bill, currency };
  return total.bill === null ? rows : [...rows, bill];
}

const ROWS = [
  ["generated", "generated_kwh", null],
  ["ownUse", "own_use_kwh", null],
  ["bought", "bought_kwh", "bought_cost"],
  ["discharged", "discharged_kwh", null],
  ["sold", "sold_kwh", "sold_credit"],
  ["charged", "charged_kwh", null],
  ["used", "used_kwh", null],
  ["rest", "rest_kwh", null],
  ["difference", "balance_kwh", null],
] as const;

/** The picture in exact figures: for screen readers, for copying. */
export function BalanceTable({ total }: { total: Balance["total"] }) {
  const t = useTranslations("balance");
  return (
    <details className="mt-3 text-sm">
      <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
        {t("asTable")}
      </summary>
      <table className="mt-2 w-full max-w-xl" data-testid="balance-table">
        <caption className="sr-only">{t("title")}</caption>
        <TableHead>
          <ColumnTitle align="start">{t("what")}</ColumnTitle>
          <ColumnTitle align="end">{t("energy")}</ColumnTitle>
          <ColumnTitle align="end">{t("cost")}</ColumnTitle>
        </TableHead>
        <tbody>
          {ROWS.filter(([, kwh]) => total[kwh] !== null).map(([key, kwh, money]) => (
            <tr key={key} className="border-line border-b">
              <th scope="row" className="py-1.5 text-start font-normal">
                {t(key)}
              </th>
              <td className="py-1.5 ps-3 text-end">
                <Energy kwh={total[kwh]} testId={`balance-${key}`} />
              </td>
              <td className="py-1.5 ps-3 text-end">
                {money && total[money] !== null && <Money amount={total[money]} />}
              </td>
            </tr>
          ))}
        </tbody>
        {total.bill !== null && (
          <tfoot>
            <tr className="font-medium">
              <th scope="row" className="py-1.5 text-start font-medium">
                {t("bill")}
              </th>
              <td />
              <td className="py-1.5 ps-3 text-end">
                <Money amount={total.bill} />
              </td>
            </tr>
          </tfoot>
        )}
      </table>
    </details>
  );
}
