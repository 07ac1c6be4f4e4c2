import type { ChildRow } from "./rows";

export const COLUMNS = ["place", "power", "energy", "cost", "change"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  column: Column;
  descending: boolean;
}

/** What costs most comes first. */
export const BY_COST: Order = { column: "cost", descending: true };

const VALUE: Record<Exclude<Column, "place">, (row: ChildRow) => number | null> = {
  power: ({ node }) => node.live.power_watts,
  energy: ({ figures }) => numberOf(figures?.energy_kwh),
  cost: ({ figures }) => numberOf(figures?.cost),
  change: ({ change }) => change,
};

const numberOf = (exact: string | null | undefined) => (exact == null ? null : Number(exact));

/** Rows in the wanted order. What is not known comes last either way: it is not the smallest. */
export function ordered(rows: readonly ChildRow[], { column, descending }: Order): ChildRow[] {
  // The order of the configuration is the order of the house.
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

/** An order as the address has it: `-cost`, `place`. */
export function textOfOrder({ column, descending }: Order): string {
  return `${descending ? "-" : ""}${column}`;
}

export function orderFromText(text: string | undefined): Order {
  const column = COLUMNS.find((each) => each === text?.replace("-", ""));
  return column ? { column, descending: text?.startsWith("-") ?? false } : BY_COST;
}
