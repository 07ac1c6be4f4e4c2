import type { Cost, Figures, PlaceNode } from "@/api/types";
import { addressOf, childLevelOf, placeFromPath } from "@/places/place";
import { placeOf } from "@/places/tree";
import { changeOfCosts } from "@/quantities/change";

/** A place inside the one shown, with what it used; undefined when the API sent no row for it. */
export interface ChildRow {
  node: PlaceNode;
  /** What no device explains is the house's own; a former place is no longer configured. */
  kind: "place" | "rest" | "former";
  figures: Figures | undefined;
  /** Whether the total has it: not what is bought, sold or generated, nor the house's meter. */
  isCounted: boolean;
  /** Of the cost against the period compared with; null where too little of either is known. */
  change: number | null;
  /** The places around it, where it is not directly inside the one shown; outermost first. */
  within?: readonly PlaceNode[];
}

export function childRows(node: PlaceNode, cost?: Cost, before?: Cost): ChildRow[] {
  const shown = figuresByAddress(cost);
  const compared = figuresByAddress(before);
  const row = (child: PlaceNode, kind: ChildRow["kind"]): ChildRow => {
    const address = addressOf(placeOf(child));
    const figures = shown.get(address);
    const change = changeOfCosts(figures, compared.get(address));
    const isCounted = figures !== undefined || cost === undefined || child.level !== "device";
    return { node: child, kind, figures, isCounted, change };
  };
  const present = new Set(node.children.map((child) => addressOf(placeOf(child))));
  const others = (cost?.rows ?? []).flatMap(({ place, figures }) =>
    place && figures.energy_kwh !== null && !present.has(addressOf(placeFromPath(place)))
      ? [othersNode(place, node)]
      : [],
  );
  return [
    ...node.children.map((child) => row(child, "place")),
    ...others.map((other) => row(other, other.level === "house" ? "rest" : "former")),
  ];
}

/** A row that is no place of the configuration: the house's rest, or a place of before. */
function othersNode(path: PlaceNode["path"], around: PlaceNode): PlaceNode {
  const id = path.device ?? path.shelf ?? path.room;
  const isRest = id === null;
  const live = { ...NOBODY, power_watts: isRest ? (around.rest_watts ?? null) : null };
  const name = { ja: id ?? "", en: id ?? "" };
  const level = isRest ? "house" : (childLevelOf(around.level) ?? "device");
  return { level, id: id ?? around.id, path, name, live, children: [] };
}

const NOBODY: PlaceNode["live"] = {
  power_watts: null,
  devices_up: 0,
  devices_down: 0,
  devices_silent: 0,
  age_seconds: null,
  age_spread_seconds: null,
};

/** The part of the whole cost that is this row's, 0 to 1; null where either is not known. */
export function shareOf({ figures }: ChildRow, whole: Figures | undefined): number | null {
  if (figures?.cost == null || whole?.cost == null) return null;
  const [part, all] = [Number(figures.cost), Number(whole.cost)];
  return all > 0 ? part / all : null;
}

function figuresByAddress(cost: Cost | undefined): Map<string, Figures> {
  const rows = cost?.rows ?? [];
  return new Map(
    rows.flatMap(({ place, figures }) =>
      place ? [[addressOf(placeFromPath(place)), figures] as const] : [],
    ),
  );
}
