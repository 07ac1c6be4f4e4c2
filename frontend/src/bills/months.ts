import { dateFormat } from "@/language/formats";

const DAY_MS = 86_400_000;

/** "May 2026", "2026年5月": of a bill month such as 2026-05. */
export function formatBillMonth(locale: string, month: string): string {
  const options = { year: "numeric", month: "long", timeZone: "UTC" } as const;
  return dateFormat(locale, options).format(Date.parse(`${month}-01`));
}

/** The first and the last day of a reading period, from its first day and the day after it. */
export function formatDays(locale: string, first: string, end: string): string {
  const format = dateFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return format.formatRange(Date.parse(first), Date.parse(end) - DAY_MS);
}

/** A date such as 2026-05-11 for people. */
export function formatDate(locale: string, day: string): string {
  const format = dateFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(Date.parse(day));
}

/** The bill month after another one: 2026-12 → 2027-01. */
export function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, "2026-05".length);
}
