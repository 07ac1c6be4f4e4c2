import type { Mark } from "./Marks";

/** One colour of a stacked picture. */
export interface Series {
  key: string;
  label: string;
  /** A CSS colour. */
  colour: string;
}

/** What one series adds to a column. Lengths are for the eye only; exact figures stay beside. */
export interface Part {
  value: number;
  /** How much of it is an estimate. */
  estimated: number;
}

export interface Column {
  key: string;
  /** Under the column. */
  label: string;
  /** The column in words, for those who do not see it. */
  name: string;
  /** By the key of the series; what is absent adds nothing. */
  parts: Readonly<Record<string, Part>>;
  /** `no-data` and `no-price` are drawn as unknown, never as a column of no height. */
  state: "whole" | "partial" | "no-data" | "no-price";
  /** The value of the period compared with; null where there is none. */
  reference: number | null;
  /** What happened in it. */
  marks?: readonly Mark[];
  /** Where it leads. */
  href?: string;
}

/** A rectangle of a column, from `low` to `high` in values. */
export interface Segment {
  series: Series;
  low: number;
  high: number;
  isEstimated: boolean;
}

/** The rectangles of a column from the bottom up; of each series its estimated part on top. */
export function segments(column: Column, series: readonly Series[]): Segment[] {
  let low = 0;
  return series.flatMap((one) => {
    const { value, estimated } = column.parts[one.key] ?? { value: 0, estimated: 0 };
    const parts = [
      { length: value - estimated, isEstimated: false },
      { length: estimated, isEstimated: true },
    ];
    return parts.flatMap(({ length, isEstimated }) => {
      if (length === 0) return [];
      const segment = { series: one, low, high: low + length, isEstimated };
      low += length;
      return [segment];
    });
  });
}

/** The height of a column. */
export function sumOf({ parts }: Column): number {
  return Object.values(parts).reduce((sum, { value }) => sum + value, 0);
}

export const isKnown = ({ state }: Column) => state === "whole" || state === "partial";
