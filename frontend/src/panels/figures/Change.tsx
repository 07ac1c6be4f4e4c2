"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Cost } from "@/api/types";
import { shortNameOfPeriod } from "@/period/names";
import { useComparedPeriod, usePeriod } from "@/period/usePeriod";
import { changeOf, formatChange } from "@/quantities/change";
import { isPartial } from "@/quantities/coverage";

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
  if (!compared || !before) return null;
  const name = shortNameOfPeriod(locale, compared.period, shown);
  const change = changeOf(cost.total.cost, before.total.cost);
  if (change === null) {
    return <p data-testid={testId}>{t("noComparison", { period: name })}</p>;
  }
  const text = { change: formatChange(locale, change), period: name };
  return (
    <p data-testid={testId} data-value={change}>
      {t(compared.isPart ? "changeOfPart" : "change", text)}
      {isPartial(before.total) && ` ${t("incompleteBefore", { period: name })}`}
    </p>
  );
}
