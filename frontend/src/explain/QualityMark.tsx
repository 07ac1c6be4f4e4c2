const LOOKS = {
  measured: "rounded-sm bg-measured",
  estimated: "rounded-sm bg-estimated",
  mixed: "rounded-sm bg-linear-135 from-50% from-measured to-50% to-estimated",
  missing: "hatched opacity-60",
} as const;

export type Quality = keyof typeof LOOKS;

/** The colours of the chart of days; the word stands beside it. */
export function QualityMark({ quality }: { quality: Quality }) {
  return <span aria-hidden className={`me-2 inline-block size-2.5 ${LOOKS[quality]}`} />;
}
