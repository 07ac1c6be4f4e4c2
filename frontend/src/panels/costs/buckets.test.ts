import { describe, expect, it } from "vitest";
import type { CostRow, Figures, PlaceNode } from "@/api/types";
import { bucketsOf, largestFirst, partOf, placesIn, stateOf, WHOLE } from "./buckets";

const figures = (changed: Partial<Figures> = {}): Figures => ({
  energy_kwh: "2",
  through_kwh: null,
  measured_kwh: "2",
  estimated_kwh: "0",
  unpriced_kwh: "0",
  cost: "60",
  unpriced: [],
  coverage: {
    measured_seconds: 86_400,
    estimated_seconds: 0,
    missing_seconds: 0,
    expected_seconds: 86_400,
  },
  ...changed,
});

const unknown = figures({ energy_kwh: null, cost: null, measured_kwh: "0" });
const unpriced = figures({ cost: null, unpriced_kwh: "2" });

const DAY_1 = "2026-03-01T00:00:00+09:00";
const DAY_2 = "2026-03-02T00:00:00+09:00";
const DAY_3 = "2026-03-03T00:00:00+09:00";

const row = (from: string, to: string, room: string | null, of: Figures): CostRow => ({
  from,
  to,
  place: room ? { level: "room", room, shelf: null, device: null } : null,
  figures: of,
});

describe("buckets", () => {
  it("gather the rows of the same time, one slice for each place", () => {
    const rows = [
      row(DAY_1, DAY_2, "study", figures()),
      row(DAY_1, DAY_2, "kitchen", unknown),
      row(DAY_2, DAY_3, "study", figures()),
    ];
    const buckets = bucketsOf({ rows }, "room");
    expect(buckets.map(({ from, to }) => [from, to])).toEqual([
      [DAY_1, DAY_2],
      [DAY_2, DAY_3],
    ]);
    expect(buckets[0]?.slices.map(({ id }) => id)).toEqual(["study", "kitchen"]);
  });

  it("have one slice where nothing is inside", () => {
    expect(bucketsOf({ rows: [row(DAY_1, DAY_2, null, figures())] }, null)[0]?.slices[0]?.id).toBe(
      WHOLE,
    );
  });
});

describe("the state of a bucket", () => {
  const of = (...all: Figures[]) => ({
    from: DAY_1,
    to: DAY_2,
    slices: all.map((each, index) => ({ id: String(index), figures: each })),
  });

  it("is unknown only where nothing of it is known", () => {
    expect(stateOf(of(unknown, unknown), "cost")).toBe("no-data");
    expect(stateOf(of(unknown, figures()), "cost")).toBe("partial");
    expect(stateOf(of(figures(), figures()), "cost")).toBe("whole");
  });

  it("is not unknown where nothing was to be measured: in the future", () => {
    const none = { measured_seconds: 0, estimated_seconds: 0, missing_seconds: 0 };
    const future = { ...unknown, coverage: { ...none, expected_seconds: 0 } };
    expect(stateOf(of(future, future), "cost")).toBe("whole");
  });

  it("lacks a price only as a cost", () => {
    expect(stateOf(of(unpriced), "cost")).toBe("no-price");
    expect(stateOf(of(unpriced), "energy")).toBe("whole");
    expect(stateOf(of(unpriced, unknown), "cost")).toBe("no-price");
  });

  it("is partial where a part of the time is missing", () => {
    const gap = figures({
      coverage: {
        measured_seconds: 40_000,
        estimated_seconds: 0,
        missing_seconds: 46_400,
        expected_seconds: 86_400,
      },
    });
    expect(stateOf(of(gap), "energy")).toBe("partial");
  });
});

describe("the length of a slice", () => {
  it("divides the cost like the energy between measured and estimated", () => {
    expect(partOf(figures({ estimated_kwh: "0.5" }), "cost")).toEqual({ value: 60, estimated: 15 });
    expect(partOf(figures({ estimated_kwh: "0.5" }), "energy")).toEqual({
      value: 2,
      estimated: 0.5,
    });
  });

  it("is none where nothing is known", () => {
    expect(partOf(unknown, "cost")).toEqual({ value: 0, estimated: 0 });
  });
});

describe("the order of the colours", () => {
  it("begins with the place that used most over all buckets", () => {
    const rows = [
      row(DAY_1, DAY_2, "study", figures({ cost: "10" })),
      row(DAY_1, DAY_2, "kitchen", figures({ cost: "7" })),
      row(DAY_2, DAY_3, "study", figures({ cost: "10" })),
      row(DAY_2, DAY_3, "kitchen", figures({ cost: "70" })),
    ];
    expect(largestFirst(bucketsOf({ rows }, "room"), "cost")).toEqual(["kitchen", "study"]);
  });

  it("name the places of the table in the order of the house, the rest last", () => {
    const rows = [
      row(DAY_1, DAY_2, null, figures()),
      row(DAY_1, DAY_2, "study", figures()),
      row(DAY_2, DAY_3, "former", figures()),
      row(DAY_2, DAY_3, "kitchen", figures()),
    ];
    const children = [{ id: "kitchen" }, { id: "study" }, { id: "bath" }] as PlaceNode["children"];
    const found = bucketsOf({ rows }, "room");
    expect(placesIn({ children }, found)).toEqual(["kitchen", "study", "former", WHOLE]);
    expect(placesIn({ children: [] }, found)).toEqual([]);
  });
});
