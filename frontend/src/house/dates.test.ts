import { describe, expect, it } from "vitest";
import { formatHour, formatRange } from "./dates";

const [FROM, TO] = ["2026-11-20T20:00:00+09:00", "2026-11-20T21:00:00+09:00"];

describe("a range of time", () => {
  it("is written as each language does", () => {
    expect(formatRange("en", FROM, TO, "Asia/Tokyo")).toBe("Nov 20, 2026, 20:00 – 21:00");
    expect(formatRange("ja", FROM, TO, "Asia/Tokyo")).toBe("2026/11/20 20:00〜21:00");
    expect(formatHour("en", FROM, TO, "Asia/Tokyo")).toBe("Fri, Nov 20, 20:00 – 21:00");
    expect(formatHour("ja", FROM, TO, "Asia/Tokyo")).toBe("11月20日（金） 20:00〜21:00");
  });
});
