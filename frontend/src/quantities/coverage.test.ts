import { describe, expect, it } from "vitest";
import type { Figures } from "@/api/types";
import { formatShare, isPartial, pricing, recordedShare } from "./coverage";

const whole: Figures = {
  through_kwh: null,
  energy_kwh: "2.4",
  measured_kwh: "2.4",
  estimated_kwh: "0",
  unpriced_kwh: "0",
  cost: "74.4",
  coverage: {
    measured_seconds: 86_400,
    estimated_seconds: 0,
    missing_seconds: 0,
    expected_seconds: 86_400,
  },
  unpriced: [],
};

function covering(measured_seconds: number, expected_seconds: number): Figures {
  const missing_seconds = expected_seconds - measured_seconds;
  return {
    ...whole,
    coverage: { measured_seconds, estimated_seconds: 0, missing_seconds, expected_seconds },
  };
}

describe("coverage", () => {
  it("remarks on an hour that is missing, not on seconds", () => {
    expect(isPartial(covering(82_800, 86_400))).toBe(true);
    expect(isPartial(covering(86_390, 86_400))).toBe(false);
  });

  it("is unknown where no time was expected", () => {
    expect(recordedShare(covering(0, 0))).toBeNull();
    expect(isPartial(covering(0, 0))).toBe(false);
  });

  it("never rounds up to all", () => {
    expect(formatShare("en", 0.9999)).toBe("99%");
    expect(formatShare("en", 1)).toBe("100%");
    expect(formatShare("en", 0.57)).toBe("57%");
  });
});

describe("pricing", () => {
  it("tells a missing price from missing data, and neither from zero", () => {
    expect(pricing(whole)).toBe("priced");
    expect(pricing({ ...whole, unpriced_kwh: "0.2" })).toBe("partly");
    expect(pricing({ ...whole, cost: null, unpriced_kwh: "2.4" })).toBe("unpriced");
    expect(pricing({ ...whole, cost: null, energy_kwh: null })).toBe("no-data");
  });
});
