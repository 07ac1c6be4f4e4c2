import { describe, expect, it } from "vitest";
import { flowsOf, hasFlows, heightOf, placed, ribbon, sumOf } from "./flows";

const nothing = {
  used_kwh: null,
  bought_kwh: null,
  sold_kwh: null,
  generated_kwh: null,
  charged_kwh: null,
  discharged_kwh: null,
  own_use_kwh: null,
  rest_kwh: null,
  balance_kwh: null,
  bought_cost: null,
  sold_credit: null,
  bill: null,
  unpriced_kwh: "0",
  unpriced_sold_kwh: "0",
};

const rooms = (...kwh: (string | null)[]) =>
  kwh.map((energy_kwh, index) => ({
    from: "",
    to: "",
    place: { room: `room_${index}`, shelf: null, device: null },
    figures: { energy_kwh },
    // biome-ignore lint/suspicious/noExplicitAny: of a row only place and energy are read
  })) as any;

const keysOf = (streams: readonly { id: string }[]) => streams.map(({ id }) => id);

describe("flowsOf", () => {
  it("has both sides of one length", () => {
    const total = {
      ...nothing,
      bought_kwh: "3",
      generated_kwh: "8",
      sold_kwh: "6",
      rest_kwh: "0.6",
    };
    const { sources, uses } = flowsOf(total, rooms("1.4", "3"));
    expect(keysOf(sources)).toEqual(["generated", "bought"]);
    expect(keysOf(uses)).toEqual(["sold", "room_1", "room_0", "rest"]);
    expect(sumOf(sources)).toBeCloseTo(sumOf(uses));
  });

  it("names what the meters do not agree on, on the side that lacks it", () => {
    const total = { ...nothing, bought_kwh: "10", generated_kwh: "0" };
    expect(keysOf(flowsOf(total, rooms("8")).uses)).toEqual(["room_0", "difference"]);
    expect(keysOf(flowsOf(total, rooms("12")).sources)).toEqual(["bought", "difference"]);
    expect(keysOf(flowsOf(total, rooms("9.95")).uses)).toEqual(["room_0"]);
  });

  it("draws no negative rest: the side that has too much shows it", () => {
    const total = { ...nothing, bought_kwh: "10", rest_kwh: "-2" };
    expect(keysOf(flowsOf(total, rooms("12")).sources)).toEqual(["bought", "difference"]);
  });

  it("puts the smallest of many rooms together", () => {
    const { uses } = flowsOf(nothing, rooms("1", "2", "3", "4", "5", "6", "7", "8"));
    expect(keysOf(uses).at(-1)).toBe("others");
    expect(uses.at(-1)?.kwh).toBe(3);
  });

  it("has nothing to draw where no meter of the grid or of generation measured", () => {
    expect(hasFlows(flowsOf(nothing, rooms("1")))).toBe(false);
    expect(hasFlows(flowsOf({ ...nothing, bought_kwh: "1" }, rooms("1")))).toBe(true);
  });
});

describe("placed", () => {
  const measures = { height: 100, gap: 10, slot: 20 };

  it("keeps the room of a text for a thin stream and leaves no gap in the middle", () => {
    const streams = [
      { key: "a", id: "a", kwh: 99 },
      { key: "b", id: "b", kwh: 1 },
    ];
    const [a, b] = placed(streams, measures);
    expect([a?.top, a?.height, a?.middle]).toEqual([0, 99, 0]);
    expect([b?.top, b?.height, b?.middle]).toEqual([109 + 9.5, 1, 99]);
    expect(heightOf(placed(streams, measures), measures)).toBe(99 + 20 + 10);
  });

  it("draws a stream as one closed outline", () => {
    expect(ribbon(0, 1, 10, 3, 2)).toBe("M0 1C5 1 5 3 10 3V5C5 5 5 3 0 3Z");
  });
});
