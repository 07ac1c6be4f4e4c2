import { describe, expect, it } from "vitest";
import { fittingLabels } from "./Axes";
import { nearestIndex, zoomAround } from "./pointing";
import { columnScale, labelInterval, linearScale, lineScale, stackScale } from "./scales";
import { type Column, type Series, segments, sumOf } from "./stack";

const SERIES: Series[] = [
  { key: "study", label: "Study", colour: "red" },
  { key: "kitchen", label: "Kitchen", colour: "blue" },
];

const column = (parts: Column["parts"]): Column => ({
  key: "day",
  label: "1",
  name: "1 March",
  parts,
  state: "whole",
  reference: null,
});

describe("a stacked column", () => {
  it("stacks its series upwards, the estimated part of each above its measured one", () => {
    const drawn = segments(
      column({ study: { value: 3, estimated: 1 }, kitchen: { value: 2, estimated: 0 } }),
      SERIES,
    );
    expect(
      drawn.map(({ series, low, high, isEstimated }) => [series.key, low, high, isEstimated]),
    ).toEqual([
      ["study", 0, 2, false],
      ["study", 2, 3, true],
      ["kitchen", 3, 5, false],
    ]);
  });

  it("draws nothing for a series that used nothing or is absent", () => {
    expect(segments(column({ study: { value: 0, estimated: 0 } }), SERIES)).toEqual([]);
  });

  it("is as high as all of its parts", () => {
    expect(
      sumOf(column({ study: { value: 3, estimated: 1 }, kitchen: { value: 2, estimated: 2 } })),
    ).toBe(5);
  });
});

describe("the value axis", () => {
  it("begins at zero and loses less than a twentieth of its height above the largest", () => {
    const [bottom, top] = stackScale([3, 101, 55], 200).domain;
    expect(bottom).toBe(0);
    expect(top).toBeGreaterThan(101);
    expect(top).toBeLessThan(107);
  });

  it("finds the value of a pixel again, and round values between", () => {
    const scale = linearScale([0, 50], [200, 0]);
    expect(scale(25)).toBe(100);
    expect(scale.invert(scale(17))).toBeCloseTo(17);
    expect(scale.ticks(5)).toEqual([0, 10, 20, 30, 40, 50]);
  });

  it("has a height also where nothing was used", () => {
    expect(stackScale([0, 0], 200).domain).toEqual([0, 1]);
  });

  it("shows zero under a line only where that costs less than half of the height", () => {
    expect(lineScale([900, 1000], 100).domain[0]).toBeGreaterThan(890);
    expect(lineScale([100, 1000], 100).domain[0]).toBe(0);
    expect(lineScale([-4, 6], 100).domain[0]).toBeLessThan(-4);
    expect(lineScale([5, 5], 100).domain[1]).toBeGreaterThan(5);
  });
});

describe("columns", () => {
  it("are one step apart and fill the width", () => {
    const scale = columnScale(["a", "b", "c"], 300);
    expect(scale.step).toBe(100);
    expect(scale("b") - scale("a")).toBe(100);
    expect(scale("c") + scale.bandwidth).toBeLessThan(300);
  });

  it("have a label as often as its width allows", () => {
    expect(labelInterval(30, 60)).toBe(1);
    expect(labelInterval(40, 12)).toBe(5);
    expect(labelInterval(40, 8)).toBe(7);
  });
});

describe("pointing at a line", () => {
  const instants = [0, 10, 20, 30];

  it("finds the nearest instant, also outside of the line", () => {
    expect([-5, 4, 6, 24, 26, 99].map((at) => nearestIndex(instants, at))).toEqual([
      0, 0, 1, 2, 3, 3,
    ]);
  });

  it("zooms to a quarter around it and stays inside", () => {
    expect(zoomAround([0, 400, 800], 1)).toEqual([300, 500]);
    expect(zoomAround([0, 400, 800], 0)).toEqual([0, 100]);
  });
});

describe("the labels of an axis", () => {
  it("never touch: one that would is left out", () => {
    const labels = [0, 7, 14, 21, 28].map((day) => ({ x: 9 * day + 5, text: `Nov ${day + 1}` }));
    const shown = fittingLabels(labels, 268, 1);
    expect(shown.map(({ text }) => text)).toEqual(["Nov 1", "Nov 8", "Nov 15", "Nov 22"]);
    expect(fittingLabels(labels, 600, 1)).toHaveLength(5);
  });

  it("are aligned to stay inside of the picture", () => {
    const [first, last] = fittingLabels(
      [
        { x: 2, text: "2026/11/01" },
        { x: 298, text: "2026/11/30" },
      ],
      300,
      1,
    );
    expect([first?.anchor, last?.anchor]).toEqual(["start", "end"]);
  });
});
