import type { Cost, Figures, PlaceNode } from "@/api/types";
import { addressOf, placeFromPath } from "@/places/place";
import { placeOf } from "@/places/tree";
import { changeOf } from "@/quantities/change";

/** A place inside the one shown, with what it used; undefined when the API sent no row for it. */
export interface ChildRow {
  node: PlaceNode;
  figures: Figures | undefined;
  /** Of the cost against the period compared with, as a part of that one. */
  change: number | null;
}

export function childRows(node: PlaceNode, cost?: Cost, before?: Cost): ChildRow[] {
  const shown = figuresByAddress(cost);
  const compared = figuresByAddress(before);
  return node.children.map((child) => {
    const address = addressOf(placeOf(child));
    const figures = shown.get(address);
    const change = changeOf(figures?.cost ?? null, compared.get(address)?.cost ?? null);
    return { node: child, figures, change };
  });
}

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
