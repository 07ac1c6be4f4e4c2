import type { Contract } from "@/api/types";
import type { Span } from "@/timeline/spans";

/**
 * From when to when each contract of one statement holds: until the next one begins, or until its
 * own end. One that has no beginning always held; a bill month begins on its first day.
 */
export function contractSpans(
  contracts: readonly Contract[],
  at: (day: string) => number,
): readonly Span[] {
  const begins = ({ valid_from }: Contract) => {
    if (valid_from === null) return Number.NEGATIVE_INFINITY;
    return at(valid_from.length > "2026-05".length ? valid_from : `${valid_from}-01`);
  };
  const ordered = contracts.toSorted((a, b) => (begins(a) < begins(b) ? -1 : 1));
  return ordered.map((contract, index) => {
    const next = ordered[index + 1];
    const ends = [
      ...(contract.valid_to ? [at(contract.valid_to)] : []),
      ...(next ? [begins(next)] : []),
    ];
    return {
      key: String(contract.id),
      label: contract.name,
      fromMs: begins(contract),
      toMs: ends.length > 0 ? Math.min(...ends) : null,
    };
  });
}
