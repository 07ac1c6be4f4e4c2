import { useLocale, useTranslations } from "use-intl";
import type { Revision } from "@/api/types";
import { formatBillMonth, formatDate } from "@/bills/months";
import { useSeriesName } from "@/bills/names";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { useDevices } from "@/panels/device/useDevice";
import { formatPrice } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";

type State = NonNullable<Revision["before"]>;

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** What was changed, for people: a price by its yen before and after, a budget by its month. */
export function useRevisionName({ object, key, before, after }: Revision): string {
  const t = useTranslations("history");
  const locale = useLocale();
  const { currency, time_zone } = useHouse();
  const series = useSeriesName();
  const { data: devices } = useDevices();

  function price(state: State): string {
    const unit = text(state.currency) || currency;
    return textOf(formatPrice(locale, unit, text(state.price_per_kwh)));
  }

  function prices(): string {
    const shown = [before, after].filter((state) => state !== null).map(price);
    const since = text((after ?? before)?.valid_from);
    const moment = since && formatMoment(locale, since, time_zone);
    return t("price", { price: [...new Set(shown)].join(" → "), moment });
  }

  function budget(): string {
    const [month = "", device = ""] = key.split(" ");
    const name = devices?.find((one) => one.device === device)?.name[locale] ?? device;
    return [formatBillMonth(locale, month), name].filter(Boolean).join(" ");
  }

  switch (object) {
    case "unit_price":
      return prices();
    case "contract":
      return text((after ?? before)?.name);
    case "series":
      return series(key);
    case "budget":
      return budget();
    case "real_bill":
      return formatDate(locale, key.split(" ")[0] ?? key);
    case "reading_dates":
      return "";
  }
}
