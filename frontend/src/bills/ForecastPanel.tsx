"use client";

import { useLocale, useTranslations } from "use-intl";
import type { BillForecast } from "@/api/types";
import { dateFormat } from "@/language/formats";
import { Panel } from "@/panels/Panel";
import { formatEnergy } from "@/quantities/energy";
import { formatMoney, formatPrice } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Energy, Money } from "@/quantities/Shown";
import { useForecast } from "./useBills";

/** What the open period comes to; hidden while there is too little data. */
export function ForecastPanel({ period }: { period: string }) {
  const t = useTranslations("bills");
  const { data } = useForecast(period);
  if (!data?.forecast) return null;
  return (
    <Panel title={t("forecast")}>
      <Expected forecast={data.forecast} />
    </Panel>
  );
}

function Expected({ forecast }: { forecast: BillForecast }) {
  const t = useTranslations("bills");
  const locale = useLocale();
  const { total, kwh, currency, next_tier } = forecast;
  const money = (amount: string) => textOf(formatMoney(locale, currency, amount));
  const energy = (amount: string) => textOf(formatEnergy(locale, amount));
  return (
    <div className="space-y-1 text-sm">
      <p className="font-semibold text-figure">
        <Money amount={total.expected} currency={currency} testId="forecast-total" />
      </p>
      <p className="text-muted">{t("range", { low: money(total.low), high: money(total.high) })}</p>
      <p>
        <Energy kwh={kwh.expected} />{" "}
        <span className="text-muted">
          ({t("range", { low: energy(kwh.low), high: energy(kwh.high) })})
        </span>
      </p>
      {next_tier && <NextTier tier={next_tier} currency={currency} />}
    </div>
  );
}

interface NextTierProps {
  tier: NonNullable<BillForecast["next_tier"]>;
  currency: string;
}

function NextTier({ tier, currency }: NextTierProps) {
  const t = useTranslations("bills");
  const locale = useLocale();
  const words = { kwh: tier.from_kwh, price: textOf(formatPrice(locale, currency, tier.price)) };
  if (!tier.on) return <p className="text-muted">{t("nextTierNot", words)}</p>;
  const format = dateFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return <p>{t("nextTier", { ...words, date: format.format(Date.parse(tier.on)) })}</p>;
}
