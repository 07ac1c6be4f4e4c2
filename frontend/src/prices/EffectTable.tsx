"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Effect, EffectOverRange } from "@/api/types";
import { formatMonth } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Energy, Money } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";

/** So many changed months are shown at once; more fold. */
const MAX_OPEN_MONTHS = 4;

/** This month, all time, the forecast, and each month that changes: cost as it is and would be. */
export function EffectTable({ effect }: { effect: Effect }) {
  const t = useTranslations("prices");
  const nameOf = useMonthName();
  const { present_month, all_time, forecast, last_month_as_if, months } = effect;
  return (
    <>
      <Table caption={t("effect")} testId="effect">
        <EffectRow label={nameOf(present_month)} range={present_month} testId="effect-month" />
        {all_time && <EffectRow label={t("allTime")} range={all_time} testId="effect-all-time" />}
        {forecast && (
          <EffectRow
            label={t("forecast", { month: nameOf(forecast) })}
            range={forecast}
            testId="effect-forecast"
          />
        )}
        {last_month_as_if && (
          <EffectRow
            label={t("asIf", { month: nameOf(last_month_as_if) })}
            range={last_month_as_if}
            testId="effect-as-if"
          />
        )}
      </Table>
      {months.length > 0 && (
        <details open={months.length <= MAX_OPEN_MONTHS}>
          <summary className="tap flex w-fit cursor-pointer items-center text-sm">
            {t("changedMonths", { count: months.length })}
          </summary>
          <Table caption="" testId="effect-months">
            {months.map((month) => (
              <EffectRow
                key={month.from}
                label={nameOf(month)}
                range={month}
                testId="effect-changed"
              />
            ))}
          </Table>
        </details>
      )}
    </>
  );
}

function useMonthName() {
  const locale = useLocale();
  const { time_zone } = useHouse();
  return ({ from }: EffectOverRange) => formatMonth(locale, from, time_zone);
}

interface TableProps {
  caption: string;
  testId: string;
  children: ReactNode;
}

function Table({ caption, testId, children }: TableProps) {
  const t = useTranslations("prices");
  const titles = ["energy", "before", "after"] as const;
  return (
    <table className="w-full text-sm" data-testid={testId}>
      {caption && <caption className="pb-2 text-start text-muted">{caption}</caption>}
      <TableHead>
        <ColumnTitle align="start">
          <span className="sr-only">{t("period")}</span>
        </ColumnTitle>
        {titles.map((title) => (
          <ColumnTitle key={title} align="end">
            {t(title)}
          </ColumnTitle>
        ))}
      </TableHead>
      <tbody>{children}</tbody>
    </table>
  );
}

interface EffectRowProps {
  label: string;
  range: EffectOverRange;
  testId: string;
}

function EffectRow({ label, range, testId }: EffectRowProps) {
  const t = useTranslations("quantity");
  const why = range.energy_kwh === null ? t("noData") : t("noPrice");
  const money = { currency: range.currency, why };
  return (
    <tr className="border-line border-b last:border-0" data-testid={testId}>
      <th scope="row" className="wrap-anywhere py-2 text-start font-normal">
        {label}
      </th>
      <td className="ps-3 text-end">
        <Energy kwh={range.energy_kwh} />
      </td>
      <td className="ps-3 text-end">
        <Money amount={range.cost_before} testId={`${testId}-before`} {...money} />
      </td>
      <td className="ps-3 text-end font-semibold">
        <Money amount={range.cost_after} testId={`${testId}-after`} {...money} />
      </td>
    </tr>
  );
}
