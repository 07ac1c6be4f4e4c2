/** What the name of a series tells, where it is one of those that the offered contracts use. */
export interface SeriesName {
  kind: "fuel" | "fuelFirst" | "levy" | "market";
  /** A supplier, or an area of the market; empty where it is of no single one. */
  of: string;
}

const PATTERNS: readonly (readonly [RegExp, SeriesName["kind"]])[] = [
  [/^(?:(tepco|kansai|chugoku)_)?fuel_adjustment_first$/, "fuelFirst"],
  [/^(?:(tepco|kansai|chugoku)_)?fuel_adjustment$/, "fuel"],
  [/^()levy$/, "levy"],
  [/^jepx_(\w+)$/, "market"],
];

export function parseSeriesName(name: string): SeriesName | null {
  for (const [pattern, kind] of PATTERNS) {
    const found = pattern.exec(name);
    if (found) return { kind, of: found[1] ?? "" };
  }
  return null;
}
