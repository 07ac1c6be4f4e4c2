import { describe, expect, it } from "vitest";
import { ticksBetween } from "./curve-ticks";

const at = (text: string) => Date.parse(text);

describe("ticks of a curve", () => {
  it("are full hours of a day on the house's clock", () => {
    const ticks = ticksBetween(
      at("2026-11-28T00:00:00+09:00"),
      at("2026-11-29T00:00:00+09:00"),
      "Asia/Tokyo",
    );
    expect(ticks).toHaveLength(25);
    expect(ticks[1]).toBe(at("2026-11-28T01:00:00+09:00"));
  });

  it("are midnights of a longer time, also where clocks change", () => {
    const ticks = ticksBetween(
      at("2026-10-23T00:00:00+02:00"),
      at("2026-10-27T00:00:00+01:00"),
      "Europe/Berlin",
    );
    expect(ticks.at(-1)).toBe(at("2026-10-27T00:00:00+01:00"));
    expect(ticks).toHaveLength(5);
  });

  it("are every ten minutes of a part of a day", () => {
    const ticks = ticksBetween(
      at("2026-11-28T10:03:00+09:00"),
      at("2026-11-28T11:03:00+09:00"),
      "Asia/Tokyo",
    );
    expect(ticks[0]).toBe(at("2026-11-28T10:10:00+09:00"));
    expect(ticks).toHaveLength(6);
  });
});
