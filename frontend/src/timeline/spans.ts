/** Something that holds from one instant until just before another; null: without an end. */
export interface Span {
  key: string;
  label: string;
  fromMs: number;
  toMs: number | null;
  /** It is only tried, and not saved. */
  isDraft?: boolean;
}

/** A part of the time that is drawn. */
export interface Segment {
  type: "span" | "gap" | "overlap";
  key: string;
  label: string;
  fromMs: number;
  toMs: number;
  isDraft: boolean;
}

export interface Drawn {
  fromMs: number;
  toMs: number;
  segments: readonly Segment[];
}

const MONTH_MS = 30 * 86_400_000;

/**
 * What is drawn of spans: each of them, the gaps between them and where two hold at once. What has
 * no beginning or end in sight is drawn a few months beyond the others and now.
 */
export function drawn(spans: readonly Span[], nowMs: number): Drawn | null {
  if (spans.length === 0) return null;
  const ordered = spans.toSorted((a, b) => a.fromMs - b.fromMs);
  const known = ordered.flatMap(({ fromMs, toMs }) => [fromMs, ...(toMs === null ? [] : [toMs])]);
  const finite = [...known.filter(Number.isFinite), nowMs];
  const margin = Math.max(MONTH_MS, (Math.max(...finite) - Math.min(...finite)) / 12);
  const hasOpenStart = ordered.some(({ fromMs }) => !Number.isFinite(fromMs));
  const fromMs = Math.min(...finite) - (hasOpenStart ? margin : 0);
  const toMs = Math.max(...finite) + margin;
  const cut = (span: Span): Segment => ({
    type: "span",
    key: span.key,
    label: span.label,
    fromMs: Math.max(fromMs, span.fromMs),
    toMs: Math.min(toMs, span.toMs ?? toMs),
    isDraft: span.isDraft ?? false,
  });
  const segments = ordered.map(cut);
  return { fromMs, toMs, segments: [...segments, ...between(segments, toMs)] };
}

/** The gaps and overlaps of segments in the order of their beginning. */
function between(segments: readonly Segment[], endMs: number): Segment[] {
  const found: Segment[] = [];
  let reached = segments[0]?.fromMs ?? endMs;
  const add = (type: Segment["type"], fromMs: number, toMs: number) =>
    found.push({ type, key: `${type}-${fromMs}`, label: "", fromMs, toMs, isDraft: false });
  for (const { fromMs, toMs } of segments) {
    if (fromMs > reached) add("gap", reached, fromMs);
    if (fromMs < reached) add("overlap", fromMs, Math.min(reached, toMs));
    reached = Math.max(reached, toMs);
  }
  if (reached < endMs) add("gap", reached, endMs);
  return found;
}
