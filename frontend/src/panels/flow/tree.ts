import type { Cost, PlaceNode } from "@/api/types";
import { addressOf, placeFromPath } from "@/places/place";
import { placeOf } from "@/places/tree";

/** A place as a part of the energy of the one around it. Lengths are for the eye only. */
export interface FlowNode {
  key: string;
  /** `others` are small ones together; the `rest` is what no device explains. */
  type: "place" | "others" | "rest";
  /** Undefined of what is no place. */
  node?: PlaceNode;
  kwh: number;
  /** How many places `others` are. */
  count?: number;
  children: readonly FlowNode[];
}

/** A device below this part of everything shares a stream with its neighbours. */
const MIN_SHARE = 0.015;

/** The energy of a place, divided down to its devices; null where nothing was measured. */
export function flowTree(around: PlaceNode, cost: Cost): FlowNode | null {
  const total = Number(cost.total.energy_kwh ?? 0);
  if (total <= 0) return null;
  const energies = energiesOf(cost);
  const places = around.children.flatMap((child) => flowOf(child, energies, MIN_SHARE * total));
  const explained = places.reduce((sum, { kwh }) => sum + kwh, 0);
  const rest = total - explained;
  const children = [...places.toSorted(largestFirst)];
  if (rest > MIN_SHARE * total) {
    children.push({ key: "rest", type: "rest", kwh: rest, children: [] });
  }
  if (children.length === 0) return null;
  return { key: "all", type: "place", node: around, kwh: Math.max(total, explained), children };
}

const largestFirst = (a: FlowNode, b: FlowNode) => b.kwh - a.kwh;

function energiesOf({ rows }: Cost): ReadonlyMap<string, number> {
  return new Map(
    rows.flatMap(({ place, figures }) =>
      place?.device
        ? [[addressOf(placeFromPath(place)), Number(figures.energy_kwh ?? 0)] as const]
        : [],
    ),
  );
}

function flowOf(
  node: PlaceNode,
  energies: ReadonlyMap<string, number>,
  minKwh: number,
): FlowNode[] {
  const key = addressOf(placeOf(node));
  if (node.level === "device") {
    const kwh = energies.get(key) ?? 0;
    return kwh > 0 ? [{ key, type: "place", node, kwh, children: [] }] : [];
  }
  const inside = node.children.flatMap((child) => flowOf(child, energies, minKwh));
  const kwh = inside.reduce((sum, each) => sum + each.kwh, 0);
  return kwh > 0
    ? [{ key, type: "place", node, kwh, children: withOthers(inside, key, minKwh) }]
    : [];
}

/** The largest first; of devices the small ones as one. */
function withOthers(inside: readonly FlowNode[], key: string, minKwh: number): FlowNode[] {
  const sorted = inside.toSorted(largestFirst);
  const small = sorted.filter(({ kwh, children }) => kwh < minKwh && children.length === 0);
  if (small.length < 2) return sorted;
  const others: FlowNode = {
    key: `${key} others`,
    type: "others",
    kwh: small.reduce((sum, { kwh }) => sum + kwh, 0),
    count: small.length,
    children: [],
  };
  return [...sorted.filter((each) => !small.includes(each)), others];
}

/** A node with where it lies, in pixels: its own bar, and where its stream leaves the one before. */
export interface PlacedNode {
  flow: FlowNode;
  /** 0 for what is left of everything else. */
  column: number;
  top: number;
  height: number;
  /** Of the stream, at the bar of the node around it; null of the first one. */
  from: { column: number; top: number } | null;
}

interface Measures {
  /** Of all energy together. */
  height: number;
  gap: number;
  /** The least room of a node without children: that of its text. */
  slot: number;
}

/** All nodes of a tree from the top down; a node lies in the middle of what is inside of it. */
export function placedTree(root: FlowNode, measures: Measures): PlacedNode[] {
  const scale = measures.height / root.kwh;
  let next = 0;

  function place(flow: FlowNode, column: number): PlacedNode[] {
    const height = flow.kwh * scale;
    if (flow.children.length === 0) {
      const room = Math.max(height, measures.slot);
      const top = next + (room - height) / 2;
      next += room + measures.gap;
      return [{ flow, column, top, height, from: null }];
    }
    const inside = flow.children.map((child) => place(child, column + 1));
    const own = inside.flatMap(([first]) => first ?? []);
    const [highest, lowest] = [own.at(0), own.at(-1)];
    const middle = ((highest?.top ?? 0) + (lowest ? lowest.top + lowest.height : 0)) / 2;
    const top = middle - height / 2;
    let offset = top;
    for (const child of own) {
      child.from = { column, top: offset };
      offset += child.height;
    }
    return [{ flow, column, top, height, from: null }, ...inside.flat()];
  }

  return place(root, 0);
}

/** How high a placed tree is. */
export function heightOfTree(root: FlowNode, { height, gap, slot }: Measures): number {
  const leaves = leavesOf(root);
  const rooms = leaves.map(({ kwh }) => Math.max((kwh / root.kwh) * height, slot));
  return rooms.reduce((sum, room) => sum + room, 0) + gap * (leaves.length - 1);
}

export function leavesOf(flow: FlowNode): FlowNode[] {
  return flow.children.length === 0 ? [flow] : flow.children.flatMap(leavesOf);
}

/** The same without its shelves, for where there is no room for them. */
export function withoutShelves(flow: FlowNode): FlowNode {
  const children = flow.children.flatMap((child) =>
    child.node?.level === "shelf" ? child.children : [withoutShelves(child)],
  );
  return { ...flow, children };
}
