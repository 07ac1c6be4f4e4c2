import { describe, expect, it } from "vitest";
import type { ExplainedSlot } from "@/api/types";
import { groupsOf } from "./groups";

const slot = (hour: number, changed: Partial<ExplainedSlot> = {}): ExplainedSlot => ({
  from: `2026-03-01T0${hour}:00:00+09:00`,
  to: `2026-03-01T0${hour + 1}:00:00+09:00`,
  quality: "measured",
  source: "cloud",
  measured_kwh: "0",
  estimated_kwh: "0",
  missing_seconds: 0,
  archived: false,
  ...changed,
});

describe("groups of slots", () => {
  it("put neighbours of equal content into one", () => {
    const groups = groupsOf([slot(0), slot(1), slot(2, { measured_kwh: "0.1" }), slot(3)]);
    expect(
      groups.map(({ from, to, count }) => [from.slice(11, 13), to.slice(11, 13), count]),
    ).toEqual([
      ["00", "02", 2],
      ["02", "03", 1],
      ["03", "04", 1],
    ]);
  });

  it("never join across a hole, another source or another quality", () => {
    const slots = [
      slot(0),
      slot(2),
      slot(3, { source: "ble" }),
      slot(4, { source: "ble", quality: "missing" }),
    ];
    expect(groupsOf(slots)).toHaveLength(4);
  });
});
