import { describe, expect, it } from "vitest";
import type { Cost, PlaceNode } from "@/api/types";
import { flowTree, heightOfTree, leavesOf, placedTree, withoutShelves } from "./tree";

const device = (room: string, shelf: string, id: string) =>
  ({
    level: "device",
    id,
    path: { room, shelf, device: id },
    children: [],
  }) as unknown as PlaceNode;

const shelf = (room: string, id: string, ...ids: readonly string[]) =>
  ({
    level: "shelf",
    id,
    path: { room, shelf: id, device: null },
    children: ids.map((each) => device(room, id, each)),
  }) as unknown as PlaceNode;

const HOUSE = {
  level: "house",
  id: "home",
  path: { room: null, shelf: null, device: null },
  children: [
    {
      level: "room",
      id: "study",
      path: { room: "study", shelf: null, device: null },
      children: [shelf("study", "rack", "server", "router", "lamp"), shelf("study", "desk", "pc")],
    },
    {
      level: "room",
      id: "empty",
      path: { room: "empty", shelf: null, device: null },
      children: [shelf("empty", "floor", "fan")],
    },
  ],
} as unknown as PlaceNode;

function cost(total: string | null, energies: Record<string, string>): Cost {
  const places = HOUSE.children.flatMap((room) => room.children.flatMap((each) => each.children));
  const rows = places.flatMap(({ path, id }) =>
    energies[id] ? [{ place: path, figures: { energy_kwh: energies[id] } }] : [],
  );
  return { total: { energy_kwh: total }, rows } as unknown as Cost;
}

const MEASURES = { height: 100, gap: 5, slot: 10 };

describe("flowTree", () => {
  it("adds up: every place is what is inside of it, and the rest is what nothing explains", () => {
    const tree = flowTree(
      HOUSE,
      cost("100", { server: "50", router: "0.5", lamp: "0.5", pc: "19" }),
    );
    expect(tree?.kwh).toBe(100);
    expect(tree?.children.map(({ key, type, kwh }) => [key, type, kwh])).toEqual([
      ["/?room=study", "place", 70],
      ["rest", "rest", 30],
    ]);
    const rack = tree?.children[0]?.children[0];
    expect(rack?.children.map(({ type, kwh, count }) => [type, kwh, count])).toEqual([
      ["place", 50, undefined],
      ["others", 1, 2],
    ]);
  });

  it("has nothing to draw where nothing was measured", () => {
    expect(flowTree(HOUSE, cost(null, {}))).toBeNull();
    expect(flowTree(HOUSE, cost("0", {}))).toBeNull();
  });

  it("never draws a place larger than the house, whatever its meter missed", () => {
    const tree = flowTree(HOUSE, cost("10", { server: "12" }));
    expect(tree?.kwh).toBe(12);
    expect(tree?.children.map(({ type }) => type)).toEqual(["place"]);
  });
});

describe("placedTree", () => {
  it("lays streams on each other at the bar they leave, and gives each text its room", () => {
    const tree = flowTree(HOUSE, cost("100", { server: "60", pc: "38", lamp: "2" }));
    if (!tree) throw new Error("nothing to draw");
    const placed = placedTree(tree, MEASURES);
    const leaves = placed.filter(({ flow }) => flow.children.length === 0);
    const centres = leaves.map(({ top, height }) => top + height / 2);
    for (const [index, centre] of centres.entries()) {
      if (index > 0) expect(centre - (centres[index - 1] ?? 0)).toBeGreaterThanOrEqual(10);
    }
    const [root] = placed;
    const first = placed.filter(({ from }) => from?.column === 0);
    const lengths = first.reduce((sum, { height }) => sum + height, 0);
    expect(lengths).toBeCloseTo(root?.height ?? 0);
    expect(heightOfTree(tree, MEASURES)).toBeGreaterThan(100);
  });

  it("is the same devices without shelves", () => {
    const tree = flowTree(HOUSE, cost("100", { server: "60", pc: "40" }));
    if (!tree) throw new Error("nothing to draw");
    const narrow = withoutShelves(tree);
    expect(leavesOf(narrow).map(({ key }) => key)).toEqual(leavesOf(tree).map(({ key }) => key));
    expect(Math.max(...placedTree(narrow, MEASURES).map(({ column }) => column))).toBe(2);
  });
});
