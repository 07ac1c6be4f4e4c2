type Query = Pick<URLSearchParams, "get">;

/** What a link to another place or page takes along: period, comparison, measure and order. */
const KEPT = ["period", "day", "first", "last", "compare", "show", "sort"] as const;

export type KeptParameter = (typeof KEPT)[number];
export type Kept = Readonly<Partial<Record<KeptParameter, string>>>;

export function keptFromQuery(query: Query): Kept {
  const entries = KEPT.flatMap((key) => {
    const value = query.get(key);
    return value === null ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

/** An address of this app; what is undefined is left out. */
export function addressWith(
  path: string,
  ...parameters: readonly Readonly<Record<string, string | undefined>>[]
): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(Object.assign({}, ...parameters))) {
    if (typeof value === "string") query.set(key, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
