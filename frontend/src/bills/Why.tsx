"use client";

import { useLocale, useTranslations } from "use-intl";
import type { WhatIf } from "@/api/types";
import { formatShare } from "@/quantities/coverage";
import { formatPrice } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { formatBillMonth } from "./months";
import { useLineName } from "./names";

type Reasons = WhatIf["periods"][number]["own_why"];

/** What makes the difference, of the newest period that is over: how the energy lies in both. */
export function Why({ tried }: { tried: WhatIf }) {
  const t = useTranslations("bills");
  const locale = useLocale();
  const period = tried.periods.findLast(
    ({ own, difference }) => difference !== null && !own.reasons.includes("period_open"),
  );
  const month = period?.other.month ?? period?.own.month;
  if (!period || !month) return null;
  return (
    <section className="mt-4 text-sm" data-testid="what-if-why">
      <h3 className="font-semibold">{t("why", { month: formatBillMonth(locale, month) })}</h3>
      <dl className="mt-1 grid gap-x-6 gap-y-2 sm:grid-cols-2">
        <Side title={t("own")} why={period.own_why} currency={tried.currency} />
        <Side title={t("other")} why={period.other_why} currency={tried.currency} />
      </dl>
    </section>
  );
}

interface SideProps {
  title: string;
  why: Reasons;
  currency: string;
}

function Side({ title, why, currency }: SideProps) {
  const t = useTranslations("bills");
  const locale = useLocale();
  const name = useLineName();
  const price = (amount: string) => textOf(formatPrice(locale, currency, amount));
  const share = (part: string) => formatShare(locale, Number(part));
  const bands = Object.entries(why.band_shares);
  const tiers = Object.entries(why.tier_shares);
  return (
    <div>
      <dt className="text-muted">{title}</dt>
      {why.mean_price !== null && <dd>{t("meanPrice", { price: price(why.mean_price) })}</dd>}
      {bands.length > 1 &&
        bands.map(([band, part]) => (
          <dd key={band}>{t("bandShare", { band: name(band), share: share(part) })}</dd>
        ))}
      {tiers.length > 1 &&
        tiers.map(([tier, part]) => (
          <dd key={tier}>{t("tierShare", { price: price(tier), share: share(part) })}</dd>
        ))}
    </div>
  );
}
