"use client";

import { useLocale } from "use-intl";
import type { UnitPrice } from "@/api/types";
import { formatPrice } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";

export function Price({ price }: { price: Pick<UnitPrice, "currency" | "price_per_kwh"> }) {
  const locale = useLocale();
  const quantity = formatPrice(locale, price.currency, price.price_per_kwh);
  return (
    <span data-value={price.price_per_kwh} className="whitespace-nowrap">
      {textOf(quantity)}
      <span className="unit">&nbsp;/&nbsp;kWh</span>
    </span>
  );
}
