import type { CostRow } from "@/api/types";
import { type Bucket, type Measure, partOf } from "./buckets";

/**
 * The values of another period, each under the bucket at the same place in the period shown: the
 * third day under the third day, 20:00 under 20:00 also where a clock was changed between them.
 * What is unknown has none.
 */
export function referencesOf(
  buckets: readonly Bucket[],
  rows: readonly CostRow[],
  measure: Measure,
): Map<string, number> {
  // Of an hour that a day has twice, the first one.
  const compared = new Map(placed(rows).toReversed());
  const references = new Map<string, number>();
  for (const [place, { from }] of placed(buckets)) {
    const row = compared.get(place);
    if (!row) continue;
    const { energy_kwh, cost } = row.figures;
    if ((measure === "cost" ? cost : energy_kwh) === null) continue;
    references.set(from, partOf(row.figures, measure).value);
  }
  return references;
}

/** Each with the number of its day among the days of all, and its time of the day in the house. */
function placed<Each extends { from: string }>(all: readonly Each[]): [place: string, Each][] {
  const days = [...new Set(all.map(({ from }) => from.slice(0, "2026-10-25".length)))];
  const numbers = new Map(days.map((day, index) => [day, index]));
  return all.map((each) => {
    const [day = "", time = ""] = each.from.split("T");
    return [`${numbers.get(day)} ${time.slice(0, "02:00".length)}`, each];
  });
}
