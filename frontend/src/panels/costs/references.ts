import type { CostRow } from "@/api/types";
import { type Bucket, type Measure, partOf } from "./buckets";

/**
 * The values of another period, each under the bucket at the same place in the period shown: the
 * third day under the third day. What is unknown has none.
 */
export function referencesOf(
  buckets: readonly Bucket[],
  rows: readonly CostRow[],
  measure: Measure,
): Map<string, number> {
  const references = new Map<string, number>();
  buckets.forEach(({ from }, index) => {
    const row = rows[index];
    if (!row) return;
    const { energy_kwh, cost } = row.figures;
    if ((measure === "cost" ? cost : energy_kwh) === null) return;
    references.set(from, partOf(row.figures, measure).value);
  });
  return references;
}
