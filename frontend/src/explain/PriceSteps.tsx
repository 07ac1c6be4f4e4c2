"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Figures, UsedPrice } from "@/api/types";
import { formatRange } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { CostValue } from "@/panels/CostValue";
import { Panel } from "@/panels/Panel";
import { Price } from "@/prices/Price";
import { formatExactEnergy } from "@/quantities/energy";
import { formatExactMoney, formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Unknown } from "@/quantities/Shown";

interface PriceStepsProps {
  prices: readonly UsedPrice[];
  total: Figures;
  currency: string;
}

/** The multiplication with all its digits, so that anybody can do it again. */
export function PriceSteps({ prices, total, currency }: PriceStepsProps) {
  const t = useTranslations("explain.prices");
  const locale = useLocale();
  return (
    <Panel title={t("title")}>
      <dl className="text-sm" data-testid="explain-prices">
        {prices.map((step) => (
          <Step key={step.from} step={step} currency={currency} />
        ))}
        <div className="flex justify-between gap-4 border-line-strong border-t pt-2 font-medium">
          <dt>{t("total")}</dt>
          <dd>
            {total.cost === null ? (
              <CostValue figures={total} />
            ) : (
              exact(locale, currency, total.cost)
            )}
          </dd>
        </div>
      </dl>
      {total.cost !== null && (
        <p className="mt-2 text-muted text-xs">
          {t("rounded", { cost: textOf(formatMoney(locale, currency, total.cost)) })}
        </p>
      )}
    </Panel>
  );
}

function Step({ step, currency }: { step: UsedPrice; currency: string }) {
  const tPrices = useTranslations("explain.prices");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { from, to, energy_kwh, price_per_kwh, cost } = step;
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-4 pb-2">
      <dt>
        <span className="block text-muted text-xs">{formatRange(locale, from, to, time_zone)}</span>
        {energy_kwh === null ? <Unknown /> : textOf(formatExactEnergy(locale, energy_kwh))}
        <span className="text-muted"> × </span>
        {price_per_kwh === null ? (
          <span className="text-silent">{tPrices("none")}</span>
        ) : (
          <Price price={{ currency, price_per_kwh }} />
        )}
      </dt>
      <dd className="ms-auto">
        {cost === null ? (
          <Unknown {...(price_per_kwh === null && { why: tPrices("none") })} />
        ) : (
          <>= {exact(locale, currency, cost)}</>
        )}
      </dd>
    </div>
  );
}

const exact = (locale: string, currency: string, amount: string) => (
  <span data-value={amount} className="whitespace-nowrap">
    {textOf(formatExactMoney(locale, currency, amount))}
  </span>
);
