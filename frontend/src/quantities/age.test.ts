import { describe, expect, it } from "vitest";
import { formatAge, formatDuration } from "./age";

describe("formatAge", () => {
  it("speaks in the largest unit of which at least two have passed", () => {
    expect(formatAge("en", 8.4)).toBe("8 sec. ago");
    expect(formatAge("en", 119)).toBe("119 sec. ago");
    expect(formatAge("en", 725)).toBe("12 min. ago");
    expect(formatAge("ja", 725)).toBe("12 分前");
  });
});

describe("formatDuration", () => {
  it("says how long in both languages", () => {
    expect(formatDuration("en", 725)).toBe("12 min");
    expect(formatDuration("ja", 3 * 86_400)).toBe("3 日");
  });
});
