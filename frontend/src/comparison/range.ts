import { lastDays } from "@/house/calendar";

export const RANGES = ["today", "week", "month"] as const;
export type RangeName = (typeof RANGES)[number];

const DAYS: Record<RangeName, number> = { today: 1, week: 7, month: 30 };

/** Whole days of the house, so that the address of the question stays the same for a day. */
export function rangeOf(name: RangeName, now: string, timeZone: string) {
  return lastDays(now, timeZone, DAYS[name]);
}
