import { useLocale, useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { toDate } from "@/house/calendar";
import { formatClock, formatDay, formatHour, formatMonth, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { dateFormat } from "@/language/formats";
import type { Bucket as BucketSize } from "@/period/period";
import { WHOLE } from "./buckets";

export type { BucketSize };

interface Named {
  from: string;
  to: string;
}

/** What an hour, day or month is called under its column and in full. */
export function useBucketNames(size: BucketSize) {
  const locale = useLocale();
  const { time_zone } = useHouse();
  const formats = {
    hour: {
      short: ({ from }: Named) => formatClock(locale, from, time_zone),
      full: ({ from, to }: Named) => formatHour(locale, from, to, time_zone),
    },
    day: {
      short: ({ from }: Named) => formatShortDay(locale, from, time_zone),
      full: ({ from }: Named) => formatDay(locale, from, time_zone),
    },
    month: {
      short: ({ from }: Named) =>
        dateFormat(locale, { timeZone: time_zone, month: "short" }).format(toDate(from)),
      full: ({ from }: Named) => formatMonth(locale, from, time_zone),
    },
  };
  return formats[size];
}

/** What a part of a bucket is called; of the house's own rest there is no place inside. */
export function useNameOfPart({ children }: Pick<PlaceNode, "children">) {
  const t = useTranslations("children");
  const locale = useLocale();
  return (id: string) =>
    children.find((child) => child.id === id)?.name[locale] ?? (id === WHOLE ? t("rest") : id);
}
