import { describe, expect, it } from "vitest";
import type { Figures, WeekHour } from "@/api/types";
import { cellsOf, largestMean } from "./cells";

const figures = (energy: string | null, missing = 0): Figures => ({
  energy_kwh: energy,
  through_kwh: null,
  measured_kwh: energy ?? "0",
  estimated_kwh: "0",
  unpriced_kwh: "0",
  cost: energy === null ? null : String(Number(energy) * 30),
  unpriced: [],
  coverage: {
    measured_seconds: 3600,
    estimated_seconds: 0,
    missing_seconds: missing,
    expected_seconds: 3600 + missing,
  },
});

const hours: WeekHour[] = [
  { weekday: 1, hour: 18, times: 4, figures: figures("2") },
  { weekday: 2, hour: 18, times: 5, figures: figures("1", 1800) },
  { weekday: 3, hour: 18, times: 5, figures: figures(null) },
];

describe("cells", () => {
  it("are means of the hours that were, so that a fifth Monday makes no difference", () => {
    const cells = cellsOf(hours, "energy");
    expect(cells.get("1-18")?.mean).toBe(0.5);
    expect(cells.get("2-18")).toMatchObject({ mean: 0.2, isPartial: true });
    expect(cellsOf(hours, "cost").get("1-18")?.mean).toBe(15);
    expect(largestMean(cells.values())).toBe(0.5);
  });

  it("have nothing where nothing was measured or the hour never was", () => {
    const cells = cellsOf(hours, "energy");
    expect(cells.get("3-18")?.mean).toBeNull();
    expect(cells.get("7-0")).toBeUndefined();
  });
});
