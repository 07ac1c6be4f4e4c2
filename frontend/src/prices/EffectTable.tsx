"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Effect, EffectOverRange } from "@/api/types";
import { formatMonth } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Energy, Money } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";

/** This month and all time: energy, cost as it is, cost as it would be. */
export function EffectTable({ effect }: { effect: Effect }) {
  const t = useTranslations("prices");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const month = formatMonth(locale, effect.present_month.from, time_zone);
  const titles = ["energy", "before", "after"] as const;
  return (
    <table className="w-full text-sm" data-testid="effect">
      <caption className="pb-2 text-start text-muted">{t("effect")}</caption>
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
      <tbody>
        <EffectRow label={month} range={effect.present_month} testId="effect-month" />
        {effect.all_time && (
          <EffectRow label={t("allTime")} range={effect.all_time} testId="effect-all-time" />
        )}
      </tbody>
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
      <th scope="row" className="whitespace-nowrap py-2 text-start font-normal">
        {label}
      </th>
      <td className="text-end">
        <Energy kwh={range.energy_kwh} />
      </td>
      <td className="text-end">
        <Money amount={range.cost_before} testId={`${testId}-before`} {...money} />
      </td>
      <td className="text-end font-semibold">
        <Money amount={range.cost_after} testId={`${testId}-after`} {...money} />
      </td>
    </tr>
  );
}
