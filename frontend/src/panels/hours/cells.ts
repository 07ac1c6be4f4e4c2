import type { WeekHour } from "@/api/types";
import { isPartial } from "@/quantities/coverage";
import type { Measure } from "../costs/buckets";

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
export const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** One hour of the week. */
export interface Cell {
  weekday: number;
  hour: number;
  /** Energy in kWh or cost of one such hour, the mean of the period; null without data. */
  mean: number | null;
  times: number;
  /** Whether a part of it was not measured. */
  isPartial: boolean;
}

/** Every hour of the week by `weekday-hour`; one that the period does not have has no data. */
export function cellsOf(hours: readonly WeekHour[], measure: Measure): Map<string, Cell> {
  return new Map(
    hours.map(({ weekday, hour, times, figures }) => {
      const exact = measure === "cost" ? figures.cost : figures.energy_kwh;
      const mean = exact === null || times === 0 ? null : Number(exact) / times;
      const cell = { weekday, hour, mean, times, isPartial: isPartial(figures) };
      return [`${weekday}-${hour}`, cell];
    }),
  );
}

/** The largest mean of all, for the strength of colours. */
export function largestMean(cells: Iterable<Cell>): number {
  return Math.max(0, ...[...cells].map(({ mean }) => mean ?? 0));
}
