import { describe, expect, it } from "vitest";
import type { CostRow, Figures } from "@/api/types";
import { dayBars } from "./day-bars";

const coverage = {
  measured_seconds: 86_400,
  estimated_seconds: 0,
  missing_seconds: 0,
  expected_seconds: 86_400,
};

function day(figures: Partial<Figures>): CostRow {
  const whole: Figures = {
    energy_kwh: "4",
    measured_kwh: "4",
    estimated_kwh: "0",
    unpriced_kwh: "0",
    cost: "124",
    coverage,
    unpriced: [],
  };
  return {
    from: "2026-03-01T00:00:00+09:00",
    to: "2026-03-02T00:00:00+09:00",
    place: null,
    figures: { ...whole, ...figures },
  };
}

const silent = day({
  energy_kwh: null,
  cost: null,
  measured_kwh: "0",
  coverage: { ...coverage, measured_seconds: 0, missing_seconds: 86_400 },
});

describe("dayBars", () => {
  it("keeps a silent day from looking like a day of no use", () => {
    const idle = day({ energy_kwh: "0", measured_kwh: "0", cost: "0" });
    expect(dayBars([silent, idle], "energy").map(({ state }) => state)).toEqual([
      "no-data",
      "whole",
    ]);
  });

  it("tells energy without a price only where money is drawn", () => {
    const unpriced = day({ cost: null, unpriced_kwh: "4" });
    expect(dayBars([unpriced], "cost")[0]?.state).toBe("no-price");
    expect(dayBars([unpriced], "energy")[0]?.state).toBe("whole");
  });

  it("marks a day that lacks an hour, and one that lacks a price for a part", () => {
    const anHourLess = { ...coverage, measured_seconds: 82_800, missing_seconds: 3_600 };
    expect(dayBars([day({ coverage: anHourLess })], "energy")[0]?.state).toBe("partial");
    expect(dayBars([day({ unpriced_kwh: "1" })], "cost")[0]?.state).toBe("partial");
  });

  it("divides cost as the energy is divided", () => {
    const halfEstimated = day({ measured_kwh: "1", estimated_kwh: "3" });
    expect(dayBars([halfEstimated], "cost")[0]).toMatchObject({ measured: 31, estimated: 93 });
    expect(dayBars([halfEstimated], "energy")[0]).toMatchObject({ measured: 1, estimated: 3 });
  });
});
