import { useLocale } from "use-intl";
import { formatBillMonth, formatDate } from "@/bills/months";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";

const [MONTH, DAY] = ["2026-05".length, "2026-05-11".length];

/** The key of a value for people: a month, a day, or the moment at which a slot begins. */
export function useKeyName() {
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (key: string) => {
    if (key.length === MONTH) return formatBillMonth(locale, key);
    return key.length === DAY ? formatDate(locale, key) : formatMoment(locale, key, time_zone);
  };
}
