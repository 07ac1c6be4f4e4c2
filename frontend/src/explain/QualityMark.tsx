const FILLS = {
  measured: ["var(--measured)", "var(--measured)"],
  estimated: ["var(--estimated)", "var(--estimated)"],
  mixed: ["var(--measured)", "var(--estimated)"],
  missing: ["none", "none"],
} as const;

export type Quality = keyof typeof FILLS;

/** A square in the colours of the charts, empty where nothing is known; the word is beside it. */
export function QualityMark({ quality }: { quality: Quality }) {
  const [left, right] = FILLS[quality];
  return (
    <svg aria-hidden viewBox="0 0 12 12" className="me-2 inline-block size-3">
      <rect width="6" height="12" fill={left} />
      <rect x="6" width="6" height="12" fill={right} />
      <rect x="0.5" y="0.5" width="11" height="11" fill="none" stroke="var(--line-strong)" />
    </svg>
  );
}
