"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Budget } from "@/api/types";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { shares } from "./shares";

const COLOURS = {
  within: "var(--measured)",
  forecast_over: "var(--estimated)",
  over: "var(--down)",
  unknown: "var(--line-strong)",
} as const;

/** What was spent of a budget as a bar, what is expected as hatches behind it, and both in words. */
export function BudgetBar({ budget }: { budget: Budget }) {
  const t = useTranslations("budgets");
  const locale = useLocale();
  const { amount, currency, spent, expected, state } = budget;
  const money = (value: string) => textOf(formatMoney(locale, currency, value));
  const { spentShare, expectedShare, budgetShare } = shares(budget);
  return (
    <div data-testid={`budget-${budget.device ?? "house"}`} data-state={state}>
      <div aria-hidden className="relative h-3 overflow-hidden rounded-full bg-sunken">
        <div
          className="hatched absolute inset-y-0 start-0"
          style={{ width: `${100 * expectedShare}%` }}
        />
        <div
          className="absolute inset-y-0 start-0 forced-colors:border forced-colors:border-[CanvasText]"
          style={{ width: `${100 * spentShare}%`, background: COLOURS[state] }}
        />
        <div
          className="absolute inset-y-0 w-0.5 bg-ink"
          style={{ insetInlineStart: `calc(${100 * budgetShare}% - 2px)` }}
        />
      </div>
      <p className="mt-1 text-sm">
        {spent === null
          ? t("unknown", { amount: money(amount) })
          : t("spent", { spent: money(spent), amount: money(amount) })}{" "}
        {expected !== null && (
          <span className="text-muted">{t("expected", { expected: money(expected) })}</span>
        )}
      </p>
      {(state === "over" || state === "forecast_over") && (
        <p className="font-medium text-down text-sm">{t(`states.${state}`)}</p>
      )}
    </div>
  );
}
