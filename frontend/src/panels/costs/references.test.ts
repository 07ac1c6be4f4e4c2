import { describe, expect, it } from "vitest";
import type { CostRow } from "@/api/types";
import { referencesOf } from "./references";

/** A row of so many kWh. */
function row(from: string, energy_kwh: string | null): CostRow {
  const coverage = {
    measured_seconds: 3_600,
    estimated_seconds: 0,
    missing_seconds: 0,
    expected_seconds: 3_600,
  };
  const [estimated_kwh, unpriced_kwh, measured_kwh] = ["0", "0", energy_kwh ?? "0"];
  const amounts = { energy_kwh, measured_kwh, estimated_kwh, unpriced_kwh, cost: energy_kwh };
  const figures = { ...amounts, through_kwh: null, coverage, unpriced: [] };
  return { from, to: from, place: null, figures };
}

const buckets = (...starts: string[]) => starts.map((from) => ({ from, to: from, slices: [] }));

describe("what a column is compared with", () => {
  it("is the same hour of the clock where one of the days has 25", () => {
    const shown = buckets(
      "2026-10-25T02:00:00+02:00",
      "2026-10-25T02:00:00+01:00",
      "2026-10-25T03:00:00+01:00",
    );
    const before = [row("2026-10-24T02:00:00+02:00", "2"), row("2026-10-24T03:00:00+02:00", "3")];
    expect([...referencesOf(shown, before, "energy").values()]).toEqual([2, 2, 3]);
    const after = buckets("2026-10-26T02:00:00+01:00", "2026-10-26T03:00:00+01:00");
    const long = [
      row("2026-10-25T02:00:00+02:00", "2"),
      row("2026-10-25T02:00:00+01:00", "4"),
      row("2026-10-25T03:00:00+01:00", "3"),
    ];
    expect([...referencesOf(after, long, "energy").values()]).toEqual([2, 3]);
  });

  it("is the day of the same number, whatever the months, and none where nothing is known", () => {
    const shown = buckets("2026-11-01T00:00:00+01:00", "2026-11-02T00:00:00+01:00");
    const before = [row("2026-10-01T00:00:00+02:00", null), row("2026-10-02T00:00:00+02:00", "5")];
    expect([...referencesOf(shown, before, "cost")]).toEqual([["2026-11-02T00:00:00+01:00", 5]]);
  });
});
