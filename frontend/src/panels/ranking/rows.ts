import type { Cost, PlaceNode } from "@/api/types";
import type { ChildRow } from "@/panels/children/rows";
import { figuresRow } from "@/panels/exported";
import type { Row } from "@/ui/Download";

/** The rows with the places between the one shown and the device, outermost first. */
export function withPlaces(rows: readonly ChildRow[], around: PlaceNode): ChildRow[] {
  const nodes = new Map<string, PlaceNode[]>();
  collect(around, [], nodes);
  return rows.map((row) => {
    const within = row.kind === "place" ? nodes.get(row.node.id) : undefined;
    return within ? { ...row, within } : row;
  });
}

function collect(node: PlaceNode, way: PlaceNode[], found: Map<string, PlaceNode[]>): void {
  for (const child of node.children) {
    if (child.level === "device") found.set(child.id, way);
    else collect(child, [...way, child], found);
  }
}

/** The rows as they can be added up elsewhere: exact figures, ids, and the range. */
export function exported(rows: readonly ChildRow[], cost: Cost): Row[] {
  return rows.map(({ node, figures }) => ({
    from: cost.from,
    to: cost.to,
    room: node.path.room,
    shelf: node.path.shelf,
    device: node.path.device,
    ...figuresRow(figures, cost.currency),
  }));
}
