import { describe, expect, it } from "vitest";
import type { Availability } from "@/api/types";
import { runsOf } from "./availability";

const HOUR = 3_600;

function availability(...cells: readonly (readonly [up: number, down: number, silent: number])[]) {
  return {
    step_seconds: HOUR,
    cells: cells.map(([up_seconds, down_seconds, silent_seconds], index) => ({
      at: new Date(Date.UTC(2026, 2, 1, index)).toISOString(),
      up_seconds,
      down_seconds,
      silent_seconds,
    })),
  } as unknown as Availability;
}

describe("runsOf", () => {
  it("joins what is alike, and hides no short outage in an hour that was mostly up", () => {
    const runs = runsOf(
      availability([HOUR, 0, 0], [HOUR, 0, 0], [3_540, 60, 0], [0, 0, HOUR], [0, 0, HOUR]),
    );
    expect(runs.map(({ state }) => state)).toEqual(["up", "down", "silent"]);
    expect(runs[1]).toMatchObject({ upSeconds: 3_540, downSeconds: 60, silentSeconds: 0 });
    expect(runs[2]?.silentSeconds).toBe(2 * HOUR);
  });

  it("ends where time has come to, and draws nothing of what has not passed", () => {
    const runs = runsOf(availability([HOUR, 0, 0], [1_800, 0, 0]));
    expect(runs).toHaveLength(1);
    expect(runs[0]?.toMs).toBe(Date.UTC(2026, 2, 1, 1, 30));
    expect(runsOf(availability([0, 0, 0]))).toEqual([]);
  });
});
