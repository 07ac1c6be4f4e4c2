"use client";

import { useLocale, useTranslations } from "use-intl";
import type { UnitPrice } from "@/api/types";
import { formatPrice } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import type { Span } from "@/timeline/spans";
import { Timeline } from "@/timeline/Timeline";

type Tried = Pick<UnitPrice, "price_per_kwh" | "currency" | "valid_from" | "valid_to">;

interface PricesTimelineProps {
  prices: readonly UnitPrice[];
  /** A price that is not saved yet, drawn below the others. */
  draft?: Tried;
}

/** When each price holds: of what is bought, and of what is sold. */
export function PricesTimeline({ prices, draft }: PricesTimelineProps) {
  const t = useTranslations("prices");
  const spanOf = useSpan();
  const of = (wanted: UnitPrice["direction"]) =>
    prices.filter(({ direction }) => direction === wanted);
  const bought = of("import").map((price) => spanOf(price, String(price.id)));
  const sold = of("export").map((price) => spanOf(price, String(price.id)));
  const tried = draft ? [{ ...spanOf(draft, "draft"), isDraft: true }] : [];
  return (
    <>
      <Timeline title={t("timeline")} spans={[...bought, ...tried]} />
      {sold.length > 0 && !draft && <Timeline title={t("timelineSold")} spans={sold} />}
    </>
  );
}

function useSpan() {
  const locale = useLocale();
  return (price: Tried, key: string): Span => ({
    key,
    label: textOf(formatPrice(locale, price.currency, price.price_per_kwh)),
    fromMs: Date.parse(price.valid_from),
    toMs: price.valid_to === null ? null : Date.parse(price.valid_to),
  });
}
