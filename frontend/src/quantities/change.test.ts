import { describe, expect, it } from "vitest";
import type { Figures } from "@/api/types";
import { areComparable, changeOf, changeOfCosts, formatChange } from "./change";

const DAY = 86_400;

/** A month of ¥100 and 4 kWh of which so many days were measured, and so much has no price. */
function month(days: number, unpriced_kwh = "0"): Figures {
  const [measured_seconds, expected_seconds] = [days * DAY, 30 * DAY];
  const missing_seconds = expected_seconds - measured_seconds;
  return {
    through_kwh: null,
    energy_kwh: "4",
    measured_kwh: "4",
    estimated_kwh: "0",
    unpriced_kwh,
    cost: "100",
    coverage: { measured_seconds, estimated_seconds: 0, missing_seconds, expected_seconds },
    unpriced: [],
  };
}

describe("a change", () => {
  it("is a part of what was before", () => {
    expect(changeOf("112", "100")).toBeCloseTo(0.12);
    expect(changeOf("50", "100")).toBe(-0.5);
  });

  it("is unknown where either figure is, or where there was nothing before", () => {
    expect(changeOf(null, "100")).toBeNull();
    expect(changeOf("100", null)).toBeNull();
    expect(changeOf("100", "0")).toBeNull();
  });

  it("has its sign, and none where it cannot be seen", () => {
    expect(formatChange("en", 0.12)).toBe("+12%");
    expect(formatChange("en", -0.034)).toBe("−3%");
    expect(formatChange("ja", 0.004)).toBe("±0%");
  });

  it("is a factor from ten times on", () => {
    expect(formatChange("en", 13.2)).toBe("×14");
  });
});

describe("a change of costs", () => {
  it("is none of a month measured for ten days, whichever of both it is", () => {
    expect(changeOfCosts(month(30), month(10))).toBeNull();
    expect(changeOfCosts(month(10), month(30))).toBeNull();
    expect(areComparable(month(30), month(10))).toBe(false);
  });

  it("is none where much of the energy has no price", () => {
    expect(changeOfCosts(month(30), month(30, "2"))).toBeNull();
    expect(changeOfCosts(month(30, "2"), month(30))).toBeNull();
  });

  it("is there although a day is missing, and unknown without a row", () => {
    expect(changeOfCosts(month(29), { ...month(29), cost: "80" })).toBeCloseTo(0.25);
    expect(changeOfCosts(undefined, month(30))).toBeNull();
  });
});
