import { describe, expect, it } from "vitest";
import {
  billingPeriod,
  bucketOf,
  customPeriod,
  keptOfPeriod,
  lastDay,
  moved,
  type Period,
  periodAround,
  periodFromKept,
  rangeOf,
  sameElapsed,
  yearBefore,
} from "./period";

const TODAY = "2026-11-28"; // a Saturday
const BILLED = [
  { first: "2025-10-14", end: "2025-11-12" },
  { first: "2025-11-12", end: "2025-12-11" },
  { first: "2026-09-11", end: "2026-10-12" },
  { first: "2026-10-12", end: "2026-11-11" },
  { first: "2026-11-11", end: "2026-12-11" },
];

describe("a period", () => {
  it("is the calendar's: weeks begin on Monday, months and years on their first", () => {
    expect(periodAround("day", TODAY)).toMatchObject({ first: "2026-11-28", end: "2026-11-29" });
    expect(periodAround("week", TODAY)).toMatchObject({ first: "2026-11-23", end: "2026-11-30" });
    expect(periodAround("month", TODAY)).toMatchObject({ first: "2026-11-01", end: "2026-12-01" });
    expect(periodAround("year", TODAY)).toMatchObject({ first: "2026-01-01", end: "2027-01-01" });
  });

  it("includes both days of a custom one, in either order", () => {
    expect(customPeriod("2026-11-10", "2026-10-20")).toEqual({
      name: "custom",
      first: "2026-10-20",
      end: "2026-11-11",
    });
  });

  it("is read from the address, and is this month where that names none or nonsense", () => {
    const month = periodAround("month", TODAY);
    expect(periodFromKept({}, TODAY)).toEqual(month);
    expect(periodFromKept({ period: "fortnight" }, TODAY)).toEqual(month);
    expect(periodFromKept({ period: "month", day: "2026-02-31" }, TODAY)).toEqual(month);
    expect(periodFromKept({ period: "custom", first: "2026-11-01" }, TODAY)).toEqual(month);
    expect(periodFromKept({ period: "day", day: "2026-02-03" }, TODAY).first).toBe("2026-02-03");
  });

  it("survives the way through the address", () => {
    const periods = [
      periodAround("day", "2026-11-27"),
      periodAround("week", TODAY),
      periodAround("month", TODAY),
      periodAround("month", "2025-02-10"),
      periodAround("year", "2024-01-01"),
      customPeriod("2026-10-12", "2026-11-11"),
      { name: "billing" as const, first: "2026-10-12", end: "2026-11-11" },
      { name: "billing" as const, first: "2026-11-11", end: "2026-12-11" },
    ];
    for (const period of periods) {
      const { period: name, day, first, last } = keptOfPeriod(period, TODAY);
      const kept = JSON.parse(JSON.stringify({ period: name, day, first, last }));
      expect(periodFromKept(kept, TODAY, BILLED)).toEqual(period);
    }
  });

  it("is named without a day while it runs, so that a bookmark of it moves on", () => {
    expect(keptOfPeriod(periodAround("week", TODAY), TODAY).day).toBeUndefined();
  });

  it("moves by its own length without a gap", () => {
    const march = periodAround("month", "2026-03-31");
    expect(moved(march, -1)).toMatchObject({ first: "2026-02-01", end: march.first });
    expect(moved(march, 1)).toMatchObject({ first: march.end, end: "2026-05-01" });
    const billed = customPeriod("2026-10-12", "2026-11-11");
    expect(moved(billed, -1)).toMatchObject({ first: "2026-09-11", end: "2026-10-12" });
    expect(lastDay(moved(billed, 1) as Period)).toBe("2026-12-12");
  });

  it("has the same weekdays a year before, as a week", () => {
    expect(yearBefore(periodAround("week", TODAY))?.first).toBe("2025-11-24");
    expect(yearBefore(periodAround("month", TODAY))?.first).toBe("2025-11-01");
    expect(yearBefore(periodAround("day", "2024-02-29"))?.first).toBe("2023-02-28");
  });

  it("goes from one reading of the meter to the next, as far as they are known", () => {
    const present = billingPeriod(BILLED, TODAY) as Period;
    expect(present).toEqual({ name: "billing", first: "2026-11-11", end: "2026-12-11" });
    expect(moved(present, -1, BILLED)?.first).toBe("2026-10-12");
    expect(moved(present, 1, BILLED)).toBeNull();
    expect(yearBefore(present, BILLED)?.first).toBe("2025-11-12");
    const first = billingPeriod(BILLED, "2025-10-20") as Period;
    expect([moved(first, -1, BILLED), yearBefore(first, BILLED)]).toEqual([null, null]);
    expect(periodFromKept({ period: "billing" }, TODAY)).toEqual(periodAround("month", TODAY));
  });

  it("is as long as the house's clocks make it", () => {
    expect(rangeOf(periodAround("day", "2026-03-29"), "Europe/Berlin")).toEqual({
      from: "2026-03-29T00:00:00+01:00",
      to: "2026-03-30T00:00:00+02:00",
    });
  });

  it("is drawn in hours, days or months", () => {
    expect(bucketOf(periodAround("day", TODAY))).toBe("hour");
    expect(bucketOf(periodAround("month", TODAY))).toBe("day");
    expect(bucketOf(periodAround("year", TODAY))).toBe("month");
    expect(bucketOf(customPeriod("2026-01-01", "2026-04-30"))).toBe("month");
  });
});

describe("a running period", () => {
  const compared = (now: string, zone = "Asia/Tokyo") => {
    const shown = periodAround("month", now.slice(0, 10));
    return sameElapsed(shown, moved(shown, -1) as Period, now, zone);
  };

  it("is compared with the same days and hours of the one before", () => {
    expect(compared("2026-11-28T14:05:33+09:00")).toEqual({
      from: "2026-10-01T00:00:00+09:00",
      to: "2026-10-28T14:05:00+09:00",
      isPart: true,
    });
  });

  it("is never compared with more than the whole of a shorter one", () => {
    expect(compared("2026-03-30T10:00:00+09:00").to).toBe("2026-03-01T00:00:00+09:00");
  });

  it("is compared by the clock on the wall where clocks have changed between", () => {
    expect(compared("2026-04-15T12:00:00+02:00", "Europe/Berlin").to).toBe(
      "2026-03-15T12:00:00+01:00",
    );
  });

  it("is compared as a whole once it is over", () => {
    const october = periodAround("month", "2026-10-05");
    const whole = sameElapsed(
      october,
      moved(october, -1) as Period,
      "2026-11-28T14:05:00+09:00",
      "Asia/Tokyo",
    );
    expect(whole).toMatchObject({ to: "2026-10-01T00:00:00+09:00", isPart: false });
  });
});
