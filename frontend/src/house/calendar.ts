import type { Range } from "@/period/period";

function inHouse(instant: string, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone);
}

function rangeOf(from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): Range {
  return { from: rfc3339(from), to: rfc3339(to) };
}

function rfc3339(moment: Temporal.ZonedDateTime): string {
  return moment.toString({ timeZoneName: "never", smallestUnit: "second" });
}

/** The house's day that contains `now`: 23 or 25 hours long where clocks change. */
export function dayOf(now: string, timeZone: string): Range {
  const start = inHouse(now, timeZone).startOfDay();
  return rangeOf(start, start.add({ days: 1 }));
}

/** The house's calendar month that contains `now`. */
export function monthOf(now: string, timeZone: string): Range {
  const start = inHouse(now, timeZone).with({ day: 1 }).startOfDay();
  return rangeOf(start, start.add({ months: 1 }));
}

/** The house's last `days` days, today being the last of them. */
export function lastDays(now: string, timeZone: string, days: number): Range {
  const today = inHouse(now, timeZone).startOfDay();
  return rangeOf(today.subtract({ days: days - 1 }), today.add({ days: 1 }));
}

/** What a `datetime-local` input shows for an instant, on the house's clock. */
export function toHouseClock(instant: string, timeZone: string): string {
  return inHouse(instant, timeZone).toPlainDateTime().toString({ smallestUnit: "minute" });
}

/**
 * The instant a `datetime-local` input means on the house's clock.
 * A time that the clock change skips counts from before the change; one that comes twice is the
 * first of the two.
 */
export function fromHouseClock(clock: string, timeZone: string): string {
  return rfc3339(Temporal.PlainDateTime.from(clock).toZonedDateTime(timeZone));
}

/** The same instant as a JavaScript date, for Intl.DateTimeFormat. */
export function toDate(instant: string): Date {
  return new Date(Temporal.Instant.from(instant).epochMilliseconds);
}

/** What a `date` input shows for an instant: the house's day it lies in. */
export function toHouseDay(instant: string, timeZone: string): string {
  return inHouse(instant, timeZone).toPlainDate().toString();
}

/** The last day of a range whose first instant after it this is. */
export function lastDayOf(to: string, timeZone: string): string {
  return inHouse(to, timeZone).subtract({ nanoseconds: 1 }).toPlainDate().toString();
}

/** From the first instant of one day of the house to the first after another. */
export function daysBetween(first: string, last: string, timeZone: string): Range {
  const start = (day: string) => Temporal.PlainDate.from(day).toZonedDateTime(timeZone);
  return rangeOf(start(first), start(last).add({ days: 1 }).startOfDay());
}
