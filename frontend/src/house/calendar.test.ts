import { describe, expect, it } from "vitest";
import { dayOf, fromHouseClock, lastDays, monthOf, toHouseClock } from "./calendar";

const TOKYO = "Asia/Tokyo";
const BERLIN = "Europe/Berlin";

describe("days and months of the house", () => {
  it("begins the day at the house's midnight, not at UTC's", () => {
    expect(dayOf("2026-03-01T16:30:00Z", TOKYO)).toEqual({
      from: "2026-03-02T00:00:00+09:00",
      to: "2026-03-03T00:00:00+09:00",
    });
  });

  it("has 23 hours where the clock goes forward", () => {
    const { from, to } = dayOf("2026-03-29T10:00:00Z", BERLIN);
    expect(from).toBe("2026-03-29T00:00:00+01:00");
    expect(to).toBe("2026-03-30T00:00:00+02:00");
    expect((Date.parse(to) - Date.parse(from)) / 3_600_000).toBe(23);
  });

  it("ends the month where the next begins, over the end of a year", () => {
    expect(monthOf("2025-12-31T23:59:00+09:00", TOKYO)).toEqual({
      from: "2025-12-01T00:00:00+09:00",
      to: "2026-01-01T00:00:00+09:00",
    });
  });

  it("counts thirty days, today included", () => {
    expect(lastDays("2026-03-02T01:00:00+09:00", TOKYO, 30)).toEqual({
      from: "2026-02-01T00:00:00+09:00",
      to: "2026-03-03T00:00:00+09:00",
    });
  });
});

describe("the clock in the inputs", () => {
  it("is the house's, whatever the browser's zone", () => {
    expect(fromHouseClock("2026-04-01T00:00", TOKYO)).toBe("2026-04-01T00:00:00+09:00");
    expect(toHouseClock("2026-03-31T15:00:00Z", TOKYO)).toBe("2026-04-01T00:00");
  });

  it("takes the first of two equal clock times", () => {
    expect(fromHouseClock("2026-10-25T02:30", BERLIN)).toBe("2026-10-25T02:30:00+02:00");
  });
});
