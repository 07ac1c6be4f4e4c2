import type { Cost, Figures, PlaceNode } from "@/api/types";
import { addressOf, placeFromPath } from "@/places/place";
import { placeOf } from "@/places/tree";

/** A place inside the one shown, with what it used; undefined when the API sent no row for it. */
export interface ChildRow {
  node: PlaceNode;
  today: Figures | undefined;
  month: Figures | undefined;
}

export function childRows(node: PlaceNode, today?: Cost, month?: Cost): ChildRow[] {
  const ofToday = figuresByAddress(today);
  const ofMonth = figuresByAddress(month);
  return node.children.map((child) => {
    const address = addressOf(placeOf(child));
    return { node: child, today: ofToday.get(address), month: ofMonth.get(address) };
  });
}

/** The part of the month's cost that is this row's, 0 to 1; null where either is not known. */
export function shareOf({ month }: ChildRow, { month: whole }: ChildRow): number | null {
  if (month?.cost == null || whole?.cost == null) return null;
  const [part, all] = [Number(month.cost), Number(whole.cost)];
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
