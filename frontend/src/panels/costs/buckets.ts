import type { Cost, CostRow, Figures, PlaceNode } from "@/api/types";
import type { Part } from "@/charts/stack";
import { isPartial, pricing } from "@/quantities/coverage";

export const MEASURES = ["cost", "energy"] as const;
export type Measure = (typeof MEASURES)[number];

/** The part of a bucket that is one place's. */
export interface Slice {
  /** The id of the place inside; the bucket's own where nothing is inside. */
  id: string;
  figures: Figures;
}

/** An hour, day or month as it is drawn. */
export interface Bucket {
  /** The first instant: its key on the axis. */
  from: string;
  /** The first instant after it. */
  to: string;
  slices: readonly Slice[];
}

/** The id of the only slice where nothing is inside of the place. */
export const WHOLE = "whole";

/** The rows of an answer by bucket, in the order of the answer. */
export function bucketsOf({ rows }: Pick<Cost, "rows">, level: Level | null): Bucket[] {
  const byStart = new Map<string, Bucket & { slices: Slice[] }>();
  for (const row of rows) {
    const bucket = byStart.get(row.from) ?? { from: row.from, to: row.to, slices: [] };
    byStart.set(row.from, bucket);
    bucket.slices.push({ id: idOf(row, level), figures: row.figures });
  }
  return [...byStart.values()];
}

type Level = "room" | "shelf" | "device";

const idOf = ({ place }: CostRow, level: Level | null) => (level && place?.[level]) || WHOLE;

type State = "whole" | "partial" | "no-data" | "no-price";

/** Unknown only where nothing of a bucket is known; partial where some of it is missing. */
export function stateOf({ slices }: Bucket, measure: Measure): State {
  const states = slices.map(({ figures }) => stateOfFigures(figures, measure));
  const [first = "no-data"] = states;
  if (states.every((state) => state === first)) return first;
  if (states.some((state) => state === "whole" || state === "partial")) return "partial";
  return "no-price";
}

function stateOfFigures(figures: Figures, measure: Measure): State {
  // The future, and the time before a device was there: nothing is missing.
  if (figures.coverage.expected_seconds <= 0) return "whole";
  const priced = pricing(figures);
  if (priced === "no-data") return "no-data";
  if (measure === "cost" && priced === "unpriced") return "no-price";
  const isIncomplete = isPartial(figures) || (measure === "cost" && priced === "partly");
  return isIncomplete ? "partial" : "whole";
}

/** Lengths for the eye; a cost is divided like its energy: the API prices the whole of it. */
export function partOf(figures: Figures, measure: Measure): Part {
  const energy = Number(figures.energy_kwh ?? 0);
  const estimatedShare = energy > 0 ? Number(figures.estimated_kwh) / energy : 0;
  const value = measure === "cost" ? Number(figures.cost ?? 0) : energy;
  return { value, estimated: value * estimatedShare };
}

/** The ids of the slices, the largest first: the order of the colours. */
export function largestFirst(buckets: readonly Bucket[], measure: Measure): string[] {
  const sums = new Map<string, number>();
  for (const { id, figures } of buckets.flatMap(({ slices }) => slices)) {
    sums.set(id, (sums.get(id) ?? 0) + partOf(figures, measure).value);
  }
  return [...sums].toSorted(([, a], [, b]) => b - a).map(([id]) => id);
}

/** The places inside that any bucket has a part of: in the order of the house, the rest last. */
export function placesIn(
  { children }: Pick<PlaceNode, "children">,
  buckets: readonly Bucket[],
): string[] {
  const found = new Set(buckets.flatMap(({ slices }) => slices.map(({ id }) => id)));
  if (children.length === 0) return [];
  const ordered = children.map(({ id }) => id).filter((id) => found.has(id));
  const others = [...found].filter((id) => !ordered.includes(id) && id !== WHOLE);
  return [...ordered, ...others, ...(found.has(WHOLE) ? [WHOLE] : [])];
}
