import { describe, expect, it } from "vitest";
import { changeOf, formatChange } from "./change";

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
