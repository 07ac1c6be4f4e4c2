import { withWideBrackets } from "@/house/dates";
import { dateFormat } from "@/language/formats";
import { lastDay, type Period } from "./period";

const noon = (day: string) => new Date(`${day}T12:00:00Z`);

// The days are the house's already: read and written as if at noon of UTC, no zone moves them.
const format = (locale: string, options: Intl.DateTimeFormatOptions) =>
  dateFormat(locale, { timeZone: "UTC", ...options });

const DAY = { year: "numeric", month: "short", day: "numeric" } as const;

/** "Sat, Nov 28, 2026", "Nov 23 – 29, 2026", "November 2026", "2026". */
export function nameOfPeriod(locale: string, period: Period): string {
  const first = noon(period.first);
  switch (period.name) {
    case "day":
      return withWideBrackets(format(locale, { ...DAY, weekday: "short" }).format(first));
    case "month":
      return format(locale, { year: "numeric", month: "long" }).format(first);
    case "year":
      return format(locale, { year: "numeric" }).format(first);
    default:
      return format(locale, DAY).formatRange(first, noon(lastDay(period)));
  }
}

/** The same without the year where that is the one of `beside`: "October", "Fri, Nov 27". */
export function shortNameOfPeriod(locale: string, period: Period, beside: Period): string {
  const isSameYear = period.first.slice(0, 4) === beside.first.slice(0, 4);
  if (!isSameYear || period.name === "year") return nameOfPeriod(locale, period);
  const first = noon(period.first);
  const day = { month: "short", day: "numeric" } as const;
  switch (period.name) {
    case "day":
      return withWideBrackets(format(locale, { ...day, weekday: "short" }).format(first));
    case "month":
      return format(locale, { month: "long" }).format(first);
    default:
      return format(locale, day).formatRange(first, noon(lastDay(period)));
  }
}
