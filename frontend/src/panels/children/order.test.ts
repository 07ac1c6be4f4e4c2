import { describe, expect, it } from "vitest";
import type { PlaceNode } from "@/api/types";
import { BY_COST, type Order, ordered, orderFromText, textOfOrder, turned } from "./order";
import type { ChildRow } from "./rows";

function row(id: string, power_watts: number | null): ChildRow {
  const live = {
    power_watts,
    devices_up: 0,
    devices_down: 0,
    devices_silent: 0,
    age_seconds: null,
    age_spread_seconds: null,
  };
  const path = { room: id, shelf: null, device: null };
  const node: PlaceNode = { level: "room", id, path, name: { ja: id, en: id }, live, children: [] };
  return { node, kind: "place", figures: undefined, isCounted: true, change: null };
}

const HOUSE_ORDER: Order = { column: "place", descending: false };

const rows = [row("kitchen", 40), row("attic", null), row("study", 312), row("hall", 0)];
const ids = (found: ChildRow[]) => found.map(({ node }) => node.id);

describe("ordered", () => {
  it("has the configuration's order by place", () => {
    expect(ids(ordered(rows, HOUSE_ORDER))).toEqual(["kitchen", "attic", "study", "hall"]);
  });

  it("puts the unknown last in both directions: it is not less than nothing", () => {
    const byPower = turned(HOUSE_ORDER, "power");
    expect(ids(ordered(rows, byPower))).toEqual(["study", "kitchen", "hall", "attic"]);
    expect(ids(ordered(rows, turned(byPower, "power")))).toEqual([
      "hall",
      "kitchen",
      "study",
      "attic",
    ]);
  });
});

describe("the order in the address", () => {
  it("survives the way there and back", () => {
    for (const order of [BY_COST, HOUSE_ORDER, turned(BY_COST, "change")]) {
      expect(orderFromText(textOfOrder(order))).toEqual(order);
    }
  });

  it("is by cost where none or nonsense is named", () => {
    expect(orderFromText(undefined)).toEqual(BY_COST);
    expect(orderFromText("-colour")).toEqual(BY_COST);
  });
});
