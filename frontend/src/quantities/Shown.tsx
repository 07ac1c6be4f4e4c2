"use client";

import { useLocale, useTranslations } from "use-intl";
import { useHouse } from "@/house/HouseProvider";
import { useNow } from "@/ui/clock";
import { formatAge } from "./age";
import { formatEnergy } from "./energy";
import { formatMoney } from "./money";
import { formatPower } from "./power";
import type { Quantity } from "./quantity";

interface ShownProps {
  testId?: string | undefined;
}

/** `data-value` carries the API's exact string, for tests and for whoever copies figures. */
interface FigureProps extends ShownProps {
  quantity: Quantity;
  value: string | number;
}

/** More than these do not fit a phone at the size of the largest figures. */
const MAX_LARGE = 9;

function Figure({ quantity, value, testId }: FigureProps) {
  const { sign, before, figure, after } = quantity;
  const isLong = before.length + figure.length > MAX_LARGE;
  return (
    <span
      data-testid={testId}
      data-value={value}
      data-long={isLong || undefined}
      className="whitespace-nowrap"
    >
      {sign}
      {before && <span className="unit">{before}</span>}
      {figure}
      {after && <span className="unit">{after}</span>}
    </span>
  );
}

/** What is not known is a dash, with a word for screen readers. Never a zero. */
export function Unknown({ testId, why }: ShownProps & { why?: string }) {
  const t = useTranslations("quantity");
  const reason = why ?? t("noData");
  return (
    <span data-testid={testId} title={reason} className="text-muted">
      <span aria-hidden>—</span>
      <span className="sr-only">{reason}</span>
    </span>
  );
}

export function Power({ watts, testId }: ShownProps & { watts: number | null }) {
  const locale = useLocale();
  if (watts === null) return <Unknown testId={testId} />;
  return <Figure quantity={formatPower(locale, watts)} value={watts} testId={testId} />;
}

interface EnergyProps extends ShownProps {
  kwh: string | null;
}

export function Energy({ kwh, testId }: EnergyProps) {
  const locale = useLocale();
  if (kwh === null) return <Unknown testId={testId} />;
  return <Figure quantity={formatEnergy(locale, kwh)} value={kwh} testId={testId} />;
}

interface MoneyProps extends ShownProps {
  amount: string | null;
  /** The house's when it is not given. */
  currency?: string;
  why?: string;
}

export function Money({ amount, currency, why, testId }: MoneyProps) {
  const locale = useLocale();
  const house = useHouse();
  if (amount === null) return <Unknown testId={testId} {...(why && { why })} />;
  const quantity = formatMoney(locale, currency ?? house.currency, amount);
  return <Figure quantity={quantity} value={amount} testId={testId} />;
}

interface AgeProps {
  /** The age when the answer arrived. */
  seconds: number;
  receivedAtMs: number;
}

/** An age that goes on growing between two answers. */
export function Age({ seconds, receivedAtMs }: AgeProps) {
  const locale = useLocale();
  const now = useNow();
  const grown = seconds + Math.max(0, now - receivedAtMs) / 1000;
  return formatAge(locale, grown);
}
