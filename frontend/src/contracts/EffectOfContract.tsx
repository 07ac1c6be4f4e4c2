"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import { isWorthRetrying, parseProblem } from "@/api/problem";
import type { ContractEffect, ContractTrial, PeriodEffect } from "@/api/types";
import { formatDays } from "@/bills/months";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Money } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { Skeleton } from "@/ui/Skeleton";
import { TableHead } from "@/ui/TableHead";
import { useEffectOfContract } from "./useContracts";

interface EffectOfContractProps {
  trial: ContractTrial;
  /** Contracts can be written while the effect cannot be computed, but not against a refusal. */
  buttons: (canSave: boolean) => ReactNode;
}

/** What a change of contracts would do to the bills, or why it cannot be done or foreseen. */
export function EffectOfContract({ trial, buttons }: EffectOfContractProps) {
  const t = useTranslations("contracts");
  const { data, error } = useEffectOfContract(trial);
  const isUnforeseen = error !== null && isWorthRetrying(parseProblem(error));
  return (
    <div className="space-y-4">
      {data && <Periods effect={data} />}
      {error !== null && <ProblemNotice failure={error} />}
      {isUnforeseen && <p className="text-muted text-sm">{t("unforeseen")}</p>}
      {!data && error === null && <Skeleton className="h-32 w-full" />}
      {buttons(data !== undefined || isUnforeseen)}
    </div>
  );
}

function Periods({ effect }: { effect: ContractEffect }) {
  const t = useTranslations("contracts");
  const locale = useLocale();
  const { periods, forecast, last_period_as_if, currency } = effect;
  const nameOf = ({ first_day, end_day }: PeriodEffect) => formatDays(locale, first_day, end_day);
  return (
    <>
      {periods.length === 0 && <p className="text-sm">{t("noEffect")}</p>}
      <table className="w-full text-sm" data-testid="contract-effect">
        <caption className="pb-2 text-start text-muted">{t("effect")}</caption>
        <TableHead>
          <ColumnTitle align="start">{t("periodColumn")}</ColumnTitle>
          <ColumnTitle align="end">{t("before")}</ColumnTitle>
          <ColumnTitle align="end">{t("after")}</ColumnTitle>
        </TableHead>
        <tbody>
          {periods.map((period) => (
            <Row
              key={period.first_day}
              label={nameOf(period)}
              period={period}
              currency={currency}
            />
          ))}
          {forecast && (
            <Row
              label={t("forecastRow", { period: nameOf(forecast) })}
              period={forecast}
              currency={currency}
            />
          )}
          {last_period_as_if && (
            <Row
              label={t("asIfRow", { period: nameOf(last_period_as_if) })}
              period={last_period_as_if}
              currency={currency}
            />
          )}
        </tbody>
      </table>
    </>
  );
}

interface RowProps {
  label: string;
  period: PeriodEffect;
  currency: string;
}

function Row({ label, period, currency }: RowProps) {
  return (
    <tr className="border-line border-b last:border-0">
      <th scope="row" className="wrap-anywhere py-2 pe-4 text-start font-normal">
        {label}
      </th>
      <td className="py-2 ps-3 text-end">
        <Money amount={period.before} currency={currency} />
      </td>
      <td className="py-2 ps-3 text-end font-semibold">
        <Money amount={period.after} currency={currency} />
      </td>
    </tr>
  );
}
