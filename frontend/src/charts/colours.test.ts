import { describe, expect, it } from "vitest";
import { COLOURS, coloursOf } from "./colours";

const rooms = ["living", "kitchen", "study"];

describe("the colours of places", () => {
  it("stay whichever of them is the largest, and with places that are no longer configured", () => {
    const before = coloursOf(rooms, ["study", "living"]);
    const after = coloursOf(rooms, ["kitchen", "attic", "study", "living"]);
    for (const room of rooms) expect(after.get(room)).toBe(before.get(room));
    expect(new Set(after.values()).size).toBe(4);
  });

  it("are the largest places' where there are too few for all", () => {
    const many = Array.from({ length: COLOURS + 2 }, (_, index) => `device_${index}`);
    const colours = coloursOf(many, many.toReversed());
    expect(colours.size).toBe(COLOURS);
    expect(colours.get(`device_${COLOURS + 1}`)).toBe("var(--series-1)");
    expect(colours.get("device_0")).toBeUndefined();
  });
});
