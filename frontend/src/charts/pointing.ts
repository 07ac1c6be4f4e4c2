/** The index of the instant that is nearest to another one; `instantsMs` ascend. */
export function nearestIndex(instantsMs: readonly number[], atMs: number): number {
  let low = 0;
  let high = instantsMs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instantsMs[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  const after = (instantsMs[low] ?? 0) - atMs;
  const before = atMs - (instantsMs[low - 1] ?? Number.NEGATIVE_INFINITY);
  return before < after ? low - 1 : low;
}

/** A quarter of the range, around one of its instants: what a key press zooms to. */
export function zoomAround(instantsMs: readonly number[], index: number): [number, number] {
  const first = instantsMs[0] ?? 0;
  const last = instantsMs.at(-1) ?? first;
  const centre = instantsMs[index] ?? last;
  const half = (last - first) / 8;
  return [Math.max(first, centre - half), Math.min(last, centre + half)];
}
