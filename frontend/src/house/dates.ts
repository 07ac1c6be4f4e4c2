import { dateFormat } from "@/language/formats";
import { toDate } from "./calendar";

const format = (locale: string, timeZone: string, options: Intl.DateTimeFormatOptions) =>
  dateFormat(locale, { timeZone, ...options });

/** "3/14", "Mar 14": under the bars of a chart. No break inside: an axis would take it. */
export function formatShortDay(locale: string, instant: string, timeZone: string): string {
  const options: Intl.DateTimeFormatOptions =
    locale === "ja" ? { month: "numeric", day: "numeric" } : { month: "short", day: "numeric" };
  return format(locale, timeZone, options).format(toDate(instant)).replace(" ", "\u00a0");
}

/** "14:05" on the house's clock: under a line of one day. */
export function formatClock(locale: string, instant: string, timeZone: string): string {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return format(locale, timeZone, options).format(toDate(instant));
}

/** "Sat, Mar 14": where there is room. */
export function formatDay(locale: string, instant: string, timeZone: string): string {
  const options = { weekday: "short", month: "short", day: "numeric" } as const;
  return withWideBrackets(format(locale, timeZone, options).format(toDate(instant)));
}

/** "11月28日（土）": Intl writes the weekday in half-width brackets; other languages have none. */
export function withWideBrackets(day: string): string {
  return day.replace("(", "（").replace(")", "）");
}

/** "Apr 1, 2026, 00:00" on the house's clock. */
export function formatMoment(locale: string, instant: string, timeZone: string): string {
  const options = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" } as const;
  return format(locale, timeZone, options).format(toDate(instant));
}

/** "March 2026". */
export function formatMonth(locale: string, instant: string, timeZone: string): string {
  return format(locale, timeZone, { year: "numeric", month: "long" }).format(toDate(instant));
}

/** "Apr 1, 2026, 00:00 – 13:05": a day that both ends share is said once. */
export function formatRange(locale: string, from: string, to: string, timeZone: string): string {
  const start = formatMoment(locale, from, timeZone);
  const day = { dateStyle: "short" } as const;
  const dayOf = (instant: string) => format(locale, timeZone, day).format(toDate(instant));
  const formatEnd = dayOf(from) === dayOf(to) ? formatClock : formatMoment;
  return between(locale, start, formatEnd(locale, to, timeZone));
}

/** Japanese has a mark of its own for it, without spaces. */
function between(locale: string, from: string, to: string): string {
  return locale === "ja" ? `${from}〜${to}` : `${from} – ${to}`;
}

/** "Sat, Mar 14, 20:00 – 21:00": an hour of a day. */
export function formatHour(locale: string, from: string, to: string, timeZone: string): string {
  const separator = locale === "ja" ? " " : ", ";
  return (
    formatDay(locale, from, timeZone) + separator + formatClockRange(locale, from, to, timeZone)
  );
}

/** "23:45 – 00:00": less than a day, where the day is known. */
export function formatClockRange(
  locale: string,
  from: string,
  to: string,
  timeZone: string,
): string {
  return between(locale, formatClock(locale, from, timeZone), formatClock(locale, to, timeZone));
}

/** "4/1/26, 00:00:59": where the second matters. */
export function formatInstant(locale: string, instant: string, timeZone: string): string {
  const options = { dateStyle: "short", timeStyle: "medium", hourCycle: "h23" } as const;
  return format(locale, timeZone, options).format(toDate(instant));
}

/** "4/1": in a column of many. */
export function formatNumericDay(locale: string, instant: string, timeZone: string): string {
  return format(locale, timeZone, { month: "numeric", day: "numeric" }).format(toDate(instant));
}
