/** How many places beside each other can be told apart. */
export const COLOURS = 8;

/**
 * The colour of each place: by its order in the house, so that a room has the same one in every
 * picture and period. Where there are more places than colours, the largest have them.
 */
export function coloursOf(
  ordered: readonly string[],
  largestFirst: readonly string[],
): ReadonlyMap<string, string> {
  const named = new Set([...ordered, ...largestFirst]);
  const coloured = named.size <= COLOURS ? [...named] : largestFirst.slice(0, COLOURS);
  return new Map(coloured.map((id, index) => [id, `var(--series-${index + 1})`]));
}
