/** Something that happened at an instant: another price, or an event. */
export interface Mark {
  key: string;
  type: "price" | "event";
  atMs: number;
  /** What happened, in words. */
  text: string;
}

const SHAPES = {
  price: { d: "M-5 0H5L0 8Z", fill: "var(--ink)" },
  event: { d: "M0-1L5 4 0 9-5 4Z", fill: "var(--down)" },
} as const;

/** A triangle for a price, a diamond for an event: told apart without their colours. */
export function MarkShape({ type, x, y = 0 }: { type: Mark["type"]; x: number; y?: number }) {
  const { d, fill } = SHAPES[type];
  return (
    <path
      d={d}
      fill={fill}
      stroke="var(--surface)"
      strokeWidth="1"
      className="mark"
      transform={`translate(${x} ${y})`}
      data-mark={type}
    />
  );
}

/** What happened, below the figures of a tooltip. */
export function MarkLines({ marks }: { marks: readonly Mark[] }) {
  return marks.map(({ key, type, text }) => (
    <p key={key} className="flex max-w-xs items-start gap-1.5 text-xs">
      <svg aria-hidden viewBox="-6 -2 12 12" className="mt-1 size-3 shrink-0">
        <MarkShape type={type} x={0} />
      </svg>
      {text}
    </p>
  ));
}
