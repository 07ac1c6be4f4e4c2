import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Marks } from "@/api/types";
import type { Mark } from "@/charts/Marks";
import { useHouse } from "@/house/HouseProvider";
import { rangeOf } from "@/period/period";
import { usePeriod } from "@/period/usePeriod";
import type { Place } from "@/places/place";
import { devicesOf } from "@/places/tree";
import { usePlaces } from "@/places/usePlaces";
import { formatPrice } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";

/** Changed prices and events of the place in the period, earliest first; none until they are known. */
export function useMarks(place: Place): readonly Mark[] {
  const { time_zone } = useHouse();
  const query = { ...rangeOf(usePeriod(), time_zone), ...place };
  const { data } = api.useQuery("get", "/api/v1/marks", { params: { query } }, every(COST));
  const textOfPrice = usePriceText();
  const textOfEvent = useEventText(place);
  if (!data) return [];
  const prices = data.prices.map(
    (each): Mark => ({
      key: `${each.direction} ${each.at}`,
      type: "price",
      atMs: Date.parse(each.at),
      text: textOfPrice(each),
    }),
  );
  const events = data.events.map(
    (each): Mark => ({
      key: each.id,
      type: "event",
      atMs: Date.parse(each.at),
      text: textOfEvent(each),
    }),
  );
  return [...prices, ...events].toSorted((a, b) => a.atMs - b.atMs);
}

function usePriceText(): (mark: Marks["prices"][number]) => string {
  const t = useTranslations("marks");
  const locale = useLocale();
  const { currency } = useHouse();
  const price = (amount: string | null) =>
    amount === null ? t("none") : textOf(formatPrice(locale, currency, amount));
  return ({ direction, before, after }) =>
    t("price", { direction, before: price(before), after: price(after) });
}

/** On the page of a device its name would only repeat the title. */
function useEventText(place: Place): (mark: Marks["events"][number]) => string {
  const t = useTranslations("notices.code");
  const locale = useLocale();
  const { data: house } = usePlaces();
  const nodes = house ? devicesOf(house) : [];
  return ({ device, kind }) => {
    const name = nodes.find(({ id }) => id === device)?.name[locale] ?? device;
    return place.device ? t(kind) : `${name} – ${t(kind)}`;
  };
}

/** The marks in [from, to). */
export function marksWithin(marks: readonly Mark[], fromMs: number, toMs: number): Mark[] {
  return marks.filter(({ atMs }) => fromMs <= atMs && atMs < toMs);
}
