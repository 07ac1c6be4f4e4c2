import { describe, expect, it } from "vitest";
import type { PlaceNode } from "@/api/types";
import { AS_CONFIGURED, ordered, turned } from "./order";
import type { ChildRow } from "./rows";

function row(id: string, power_watts: number | null): ChildRow {
  const live = {
    power_watts,
    devices_up: 0,
    devices_down: 0,
    devices_silent: 0,
    age_seconds: null,
  };
  const path = { room: id, shelf: null, device: null };
  const node: PlaceNode = { level: "room", id, path, name: { ja: id, en: id }, live, children: [] };
  return { node, today: undefined, month: undefined };
}

const rows = [row("kitchen", 40), row("attic", null), row("study", 312), row("hall", 0)];
const ids = (found: ChildRow[]) => found.map(({ node }) => node.id);

describe("ordered", () => {
  it("keeps the order of the configuration until asked otherwise", () => {
    expect(ids(ordered(rows, AS_CONFIGURED))).toEqual(["kitchen", "attic", "study", "hall"]);
  });

  it("puts the unknown last in both directions: it is not less than nothing", () => {
    const byPower = turned(AS_CONFIGURED, "power");
    expect(ids(ordered(rows, byPower))).toEqual(["study", "kitchen", "hall", "attic"]);
    expect(ids(ordered(rows, turned(byPower, "power")))).toEqual([
      "hall",
      "kitchen",
      "study",
      "attic",
    ]);
  });
});
