import { describe, expect, it } from "vitest";
import type { PlaceNode } from "@/api/types";
import type { Level, Place } from "./place";
import { placeOf, wayTo } from "./tree";

function node(level: Level, id: string, place: Place, children: PlaceNode[] = []): PlaceNode {
  const path = { room: null, shelf: null, device: null, ...place };
  const live = {
    power_watts: null,
    devices_up: 0,
    devices_down: 0,
    devices_silent: 1,
    age_seconds: null,
    age_spread_seconds: null,
  };
  return { level, id, path, name: { ja: id, en: id }, live, children };
}

const server = node("device", "server", { room: "work", shelf: "window", device: "server" });
const house = node("house", "home", {}, [
  node("room", "bed", { room: "bed" }, [node("shelf", "window", { room: "bed", shelf: "window" })]),
  node("room", "work", { room: "work" }, [
    node("shelf", "window", { room: "work", shelf: "window" }, [server]),
  ]),
]);

describe("wayTo", () => {
  it("leads through the room that is named, though shelves of two rooms share an id", () => {
    const way = wayTo(house, { room: "work", shelf: "window", device: "server" });
    expect(way?.map(({ id }) => id)).toEqual(["home", "work", "window", "server"]);
    expect(wayTo(house, { room: "bed", shelf: "window", device: "server" })).toBeNull();
  });

  it("is the house alone for the house", () => {
    expect(wayTo(house, {})).toEqual([house]);
  });

  it("leads nowhere when a level between is missing", () => {
    expect(wayTo(house, { room: "work", device: "server" })).toBeNull();
    expect(wayTo(house, { device: "server" })).toBeNull();
  });
});

describe("placeOf", () => {
  it("is the path without its empty levels", () => {
    expect(placeOf(server)).toEqual({ room: "work", shelf: "window", device: "server" });
    expect(placeOf(house)).toEqual({});
  });
});
