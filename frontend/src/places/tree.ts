import type { PlaceNode } from "@/api/types";
import { type Place, placeFromPath } from "./place";

/** The way from the house down to a place, both ends included; null where it leads nowhere. */
export function wayTo(house: PlaceNode, { room, shelf, device }: Place): PlaceNode[] | null {
  const ids = [room, shelf, device];
  const depth = ids.findLastIndex((id) => id !== undefined) + 1;
  const way = [house];
  for (const id of ids.slice(0, depth)) {
    const inside = way.at(-1)?.children.find((child) => child.id === id);
    if (!inside) return null;
    way.push(inside);
  }
  return way;
}

/** Where a node of the tree stands. */
export function placeOf({ path }: PlaceNode): Place {
  return placeFromPath(path);
}

/** All devices of a place. */
export function deviceCount({ live }: PlaceNode): number {
  return live.devices_up + live.devices_down + live.devices_silent;
}

/** The nodes of all devices at or below a node. */
export function devicesOf(node: PlaceNode): PlaceNode[] {
  return node.level === "device" ? [node] : node.children.flatMap(devicesOf);
}
