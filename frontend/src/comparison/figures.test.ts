import { describe, expect, it } from "vitest";
import { formatAvailability, formatSeconds } from "./figures";

describe("formatAvailability", () => {
  it("never rounds up to all of the time", () => {
    expect(formatAvailability("en", 0.99999)).toBe("99.99%");
    expect(formatAvailability("en", 1)).toBe("100%");
    expect(formatAvailability("en", 0)).toBe("0%");
  });
});

describe("formatSeconds", () => {
  it("has as many digits as one can do something with", () => {
    expect(formatSeconds("en", 0.004)).toBe("4 ms");
    expect(formatSeconds("en", 0.25)).toBe("0.25 sec");
    expect(formatSeconds("en", 7.5)).toBe("7.5 sec");
    expect(formatSeconds("en", 95)).toBe("95 sec");
    expect(formatSeconds("en", 1800)).toBe("30 min");
    expect(formatSeconds("en", 0)).toBe("0 sec");
  });
});
