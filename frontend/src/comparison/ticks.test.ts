import { describe, expect, it } from "vitest";
import { roundTicks } from "./ticks";

const at = (time: string) => ({
  at: `${time}:00+09:00`,
  a_watts: 1,
  b_watts: 1,
  difference_watts: 0,
});

describe("roundTicks", () => {
  it("marks each third hour of a day on the house's clock", () => {
    const points = ["01T01:20", "01T02:59", "01T03:01", "01T05:00", "01T06:00"];
    const ticks = roundTicks(
      points.map((time) => at(`2026-03-${time}`)),
      true,
    );
    expect(ticks.map((tick) => tick.slice(11, 16))).toEqual(["01:20", "03:01", "06:00"]);
  });

  it("marks each day of several", () => {
    const points = ["01T12:00", "01T23:00", "02T00:30", "03T00:10"];
    const ticks = roundTicks(
      points.map((time) => at(`2026-03-${time}`)),
      false,
    );
    expect(ticks.map((tick) => tick.slice(8, 10))).toEqual(["01", "02", "03"]);
  });
});
