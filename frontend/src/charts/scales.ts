import { ticks } from "d3-array";

/** Room above the largest value, as a part of it. */
const HEADROOM = 0.04;

/** Below this part of the largest value the smallest one is near enough to zero to show zero. */
const ZERO_BELOW = 0.5;

/** A value's place in pixels, by a straight line from the domain to the range. */
export interface ValueScale {
  (value: number): number;
  domain: readonly [number, number];
  /** The value at a pixel. */
  invert: (pixel: number) => number;
  /** About `count` round values inside of the domain. */
  ticks: (count: number) => number[];
}

type Pair = readonly [number, number];

// Not d3-scale: its linear scale brings interpolation of colours and formats of numbers, 13 kB.
export function linearScale(domain: Pair, range: Pair): ValueScale {
  const [[low, high], [start, end]] = [domain, range];
  const slope = (end - start) / (high - low || 1);
  return Object.assign((value: number) => start + (value - low) * slope, {
    domain,
    invert: (pixel: number) => low + (pixel - start) / slope,
    ticks: (count: number) => ticks(low, high, count),
  });
}

/** The place of each column: where it begins, how wide it is, and how far the next one is. */
export interface ColumnScale {
  (key: string): number;
  bandwidth: number;
  step: number;
}

/**
 * The scale of stacked values: from zero to just above the largest, so that no height is lost to
 * a round number that nothing reaches.
 */
export function stackScale(sums: readonly number[], height: number): ValueScale {
  const largest = Math.max(0, ...sums);
  const smallest = Math.min(0, ...sums);
  const padding = (largest - smallest || 1) * HEADROOM;
  return linearScale(
    [smallest < 0 ? smallest - padding : 0, largest > 0 ? largest + padding : 1],
    [height, 0],
  );
}

/** The scale of a line: it contains zero only where that costs less than half of the height. */
export function lineScale(values: readonly number[], height: number): ValueScale {
  if (values.length === 0) return linearScale([0, 1], [height, 0]);
  const largest = Math.max(...values);
  const smallest = Math.min(...values);
  const top = Math.max(largest, largest < 0 && smallest < largest / ZERO_BELOW ? 0 : largest);
  const bottom = smallest > 0 && smallest < largest * ZERO_BELOW ? 0 : smallest;
  const padding = (top - bottom || Math.abs(top) || 1) * HEADROOM;
  return linearScale(
    [bottom === 0 ? 0 : bottom - padding, top === 0 ? 0 : top + padding],
    [height, 0],
  );
}

/** One band for each column, with a gap that vanishes where columns are narrow. */
export function columnScale(keys: readonly string[], width: number): ColumnScale {
  const step = width / Math.max(1, keys.length);
  const bandwidth = step * (step < 6 ? 0.9 : 0.78);
  const places = new Map(keys.map((key, index) => [key, index * step + (step - bandwidth) / 2]));
  return Object.assign((key: string) => places.get(key) ?? 0, { bandwidth, step });
}

/** Every how many columns a label has room: 1, 2, 5, 10, … `labelWidth` and `step` are pixels. */
export function labelInterval(labelWidth: number, step: number): number {
  const wanted = Math.max(1, (labelWidth + 12) / Math.max(step, 0.1));
  const sizes = [1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15, 20, 30, 60, 120];
  return sizes.find((size) => size >= wanted) ?? Math.ceil(wanted);
}
