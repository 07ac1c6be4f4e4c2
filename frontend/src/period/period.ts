import type { Kept } from "@/address/parameters";

export const PERIOD_NAMES = ["day", "week", "month", "year", "billing", "custom"] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];
type CalendarName = Exclude<PeriodName, "billing" | "custom">;

/** Whole days of the house, [first, end), as ISO dates. */
export interface Days {
  first: string;
  end: string;
}

export interface Period extends Days {
  name: PeriodName;
}

/** A range of time [from, to): RFC 3339 instants with the house's offset. */
export interface Range {
  from: string;
  to: string;
}

const UNITS = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 }, year: { years: 1 } };

const DEFAULT = "month";

/** The day, week (from Monday), month or year that contains a day. */
export function periodAround(name: CalendarName, day: string): Period {
  const date = Temporal.PlainDate.from(day);
  const first = {
    day: date,
    week: date.subtract({ days: date.dayOfWeek - 1 }),
    month: date.with({ day: 1 }),
    year: date.with({ month: 1, day: 1 }),
  }[name];
  return { name, first: first.toString(), end: first.add(UNITS[name]).toString() };
}

/** From one day to another, both included, in whichever order they are given. */
export function customPeriod(oneDay: string, otherDay: string): Period {
  const [first = oneDay, last = otherDay] = [oneDay, otherDay].sort();
  return {
    name: "custom",
    first,
    end: Temporal.PlainDate.from(last).add({ days: 1 }).toString(),
  };
}

/** From one reading of the supplier's meter to the next, around a day; null where none is known. */
export function billingPeriod(billed: readonly Days[], day: string): Period | null {
  const found = billed.find((each) => includes(each, day));
  return found ? { name: "billing", ...found } : null;
}

/** The last day that belongs to a period. */
export function lastDay({ end }: Days): string {
  return Temporal.PlainDate.from(end).subtract({ days: 1 }).toString();
}

/** Whether none of it has passed. */
export function isFuture({ first }: Days, today: string): boolean {
  return first > today;
}

export function dayCount({ first, end }: Days): number {
  return Temporal.PlainDate.from(first).until(end, { largestUnit: "day" }).days;
}

export function includes({ first, end }: Days, day: string): boolean {
  return first <= day && day < end;
}

/** The period an address names; this month where it names none, or nonsense. */
export function periodFromKept(kept: Kept, today: string, billed: readonly Days[] = []): Period {
  const name = PERIOD_NAMES.find((each) => each === kept.period) ?? DEFAULT;
  if (name === "custom") {
    const [first, last] = [validDay(kept.first), validDay(kept.last)];
    return first && last ? customPeriod(first, last) : periodAround(DEFAULT, today);
  }
  const day = validDay(kept.day) ?? today;
  if (name === "billing") return billingPeriod(billed, day) ?? periodAround(DEFAULT, day);
  return periodAround(name, day);
}

function validDay(text: string | undefined): string | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" }).toString();
  } catch {
    return null;
  }
}

/** What an address says of a period; the running one is named without a day, so it stays so. */
export function keptOfPeriod(period: Period, today: string) {
  const { name, first } = period;
  const none = { period: undefined, day: undefined, first: undefined, last: undefined };
  if (name === "custom") return { ...none, period: name, first, last: lastDay(period) };
  const shown = name === DEFAULT ? none : { ...none, period: name };
  return includes(period, today) ? shown : { ...shown, period: name, day: first };
}

/**
 * The period before (`-1`) or after (`1`), without a gap: as long, or from the reading before;
 * null where no such reading is known.
 */
export function moved(
  period: Period,
  direction: 1 | -1,
  billed: readonly Days[] = [],
): Period | null {
  const date = Temporal.PlainDate.from(period.first);
  if (period.name === "billing") {
    return billingPeriod(
      billed,
      direction > 0 ? period.end : date.subtract({ days: 1 }).toString(),
    );
  }
  if (period.name === "custom") {
    const days = dayCount(period) * direction;
    return {
      name: "custom",
      first: date.add({ days }).toString(),
      end: Temporal.PlainDate.from(period.end).add({ days }).toString(),
    };
  }
  const unit = Temporal.Duration.from(UNITS[period.name]);
  return periodAround(period.name, date.add(direction > 0 ? unit : unit.negated()).toString());
}

/**
 * The same period of the year before; a week keeps its weekdays. Of the readings the period that
 * has the middle of this one, as their dates differ from year to year; null where none is known.
 */
export function yearBefore(period: Period, billed: readonly Days[] = []): Period | null {
  const date = Temporal.PlainDate.from(period.first);
  if (period.name === "billing") {
    const middle = date.add({ days: Math.floor(dayCount(period) / 2) });
    return billingPeriod(billed, middle.subtract({ years: 1 }).toString());
  }
  if (period.name === "week") return periodAround("week", date.subtract({ weeks: 52 }).toString());
  const first = date.subtract({ years: 1 });
  if (period.name !== "custom") return periodAround(period.name, first.toString());
  const end = first.add({ days: dayCount(period) });
  return { name: "custom", first: first.toString(), end: end.toString() };
}

const startOf = (day: string, timeZone: string) =>
  Temporal.PlainDate.from(day).toZonedDateTime(timeZone);

export function rangeOf({ first, end }: Period, timeZone: string): Range {
  return { from: rfc3339(startOf(first, timeZone)), to: rfc3339(startOf(end, timeZone)) };
}

/**
 * The part of `other` that has as many days and hours as have passed of `period` at `now`; all of
 * it where the period is over. `isPart` is true for a running period.
 */
export function sameElapsed(
  period: Period,
  other: Period,
  now: string,
  timeZone: string,
): Range & { isPart: boolean } {
  const whole = rangeOf(other, timeZone);
  const present = Temporal.Instant.from(now).toZonedDateTimeISO(timeZone);
  if (!includes(period, present.toPlainDate().toString())) return { ...whole, isPart: false };
  const days = Temporal.PlainDate.from(period.first).until(present.toPlainDate()).days;
  const time = present.toPlainTime().round({ smallestUnit: "minute", roundingMode: "floor" });
  const day = Temporal.PlainDate.from(other.first).add({ days });
  const to = day.toZonedDateTime({ timeZone, plainTime: time });
  const end = startOf(other.end, timeZone);
  const isLonger = Temporal.ZonedDateTime.compare(to, end) > 0;
  return { from: whole.from, to: rfc3339(isLonger ? end : to), isPart: true };
}

export type Bucket = "hour" | "day" | "month";

/** How finely a period is drawn: hours of a day or two, days of a quarter, else months. */
export function bucketOf(period: Period): Bucket {
  const days = dayCount(period);
  if (days <= 2) return "hour";
  return days <= 93 ? "day" : "month";
}

/** The period that a bucket of it is; an hour is none. */
export function periodOfBucket(bucket: Bucket, from: string): Period | null {
  if (bucket === "hour") return null;
  return periodAround(bucket, from.slice(0, 10));
}

function rfc3339(moment: Temporal.ZonedDateTime): string {
  return moment.toString({ timeZoneName: "never", smallestUnit: "second" });
}
