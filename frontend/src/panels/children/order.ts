import type { ChildRow } from "./rows";

export type Column = "place" | "power" | "energyToday" | "costToday" | "costMonth";

export interface Order {
  column: Column;
  descending: boolean;
}

/** The order of the configuration, which is the order of the house. */
export const AS_CONFIGURED: Order = { column: "place", descending: false };

const VALUE: Record<Exclude<Column, "place">, (row: ChildRow) => number | null> = {
  power: ({ node }) => node.live.power_watts,
  energyToday: ({ today }) => numberOf(today?.energy_kwh),
  costToday: ({ today }) => numberOf(today?.cost),
  costMonth: ({ month }) => numberOf(month?.cost),
};

const numberOf = (exact: string | null | undefined) => (exact == null ? null : Number(exact));

/** Rows in the wanted order. What is not known comes last either way: it is not the smallest. */
export function ordered(rows: readonly ChildRow[], { column, descending }: Order): ChildRow[] {
  if (column === "place") return descending ? rows.toReversed() : [...rows];
  const value = VALUE[column];
  return rows.toSorted((a, b) => {
    const [ofA, ofB] = [value(a), value(b)];
    if (ofA === null || ofB === null) return Number(ofA === null) - Number(ofB === null);
    return descending ? ofB - ofA : ofA - ofB;
  });
}

/** The order after a column's title was pressed: figures begin with the largest. */
export function turned(order: Order, column: Column): Order {
  if (order.column !== column) return { column, descending: column !== "place" };
  return { column, descending: !order.descending };
}
