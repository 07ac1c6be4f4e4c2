"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Cost } from "@/api/types";
import { shortNameOfPeriod } from "@/period/names";
import { useComparedPeriod, usePeriod } from "@/period/usePeriod";
import { formatDuration } from "@/quantities/age";
import { areComparable, changeOf, formatChange } from "@/quantities/change";
import { isMeasuredEnough, isPartial, recordedShare } from "@/quantities/coverage";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";

interface ChangeProps {
  cost: Cost;
  /** Of the period compared with; undefined while it is on its way, or not wanted. */
  before: Cost | undefined;
  testId?: string;
}

/** How the cost compares with another period: as much of it as has passed of this one. */
export function Change({ cost, before, testId }: ChangeProps) {
  const t = useTranslations("period");
  const locale = useLocale();
  const shown = usePeriod();
  const compared = useComparedPeriod();
  const whyNot = useWhyNotCompared();
  if (!compared || !before) return null;
  const period = shortNameOfPeriod(locale, compared.period, shown);
  const part = compared.isPart ? "part" : "whole";
  const change = changeOf(cost.total.cost, before.total.cost);
  if (change === null) return <p data-testid={testId}>{t("noComparison", { period })}</p>;
  const text = areComparable(cost.total, before.total)
    ? t("change", { part, period, change: formatChange(locale, change) }) +
      (isPartial(before.total) ? t("incompleteBefore", { period }) : "")
    : whyNot(before, { part, period });
  return (
    <p data-testid={testId} data-value={change}>
      {text}
    </p>
  );
}

/** Both figures stand there, and no percentage of what was not measured. */
function useWhyNotCompared() {
  const t = useTranslations("period");
  const locale = useLocale();
  return ({ from, to, currency, total }: Cost, name: { part: string; period: string }) => {
    const cost = textOf(formatMoney(locale, currency, total.cost ?? "0"));
    if (isMeasuredEnough(total)) return t("notComparable", { ...name, cost });
    const seconds = (Date.parse(to) - Date.parse(from)) / 1_000;
    const whole = formatDuration(locale, seconds);
    const measured = formatDuration(locale, (recordedShare(total) ?? 0) * seconds);
    return t("measuredTooLittle", { ...name, cost, whole, measured });
  };
}
