import { describe, expect, it } from "vitest";
import { aheadInEnergy, aheadInWatts, formatAvailability, formatSeconds } from "./figures";

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
    expect(formatSeconds("en", 810)).toBe("13 min 30 sec");
    expect(formatSeconds("en", 1800)).toBe("30 min");
    expect(formatSeconds("en", 0)).toBe("0 sec");
  });
});

describe("aheadInWatts, aheadInEnergy", () => {
  it("name nobody where the figure beside the name would be 0", () => {
    expect([aheadInWatts(-0.1), aheadInWatts(0.06), aheadInWatts(0.04)]).toEqual(["a", "b", null]);
    expect([aheadInEnergy("-0.0001"), aheadInEnergy("0.00004")]).toEqual(["a", null]);
    expect([aheadInWatts(null), aheadInEnergy(null)]).toEqual([null, null]);
  });
});
