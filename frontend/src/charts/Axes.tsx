import type { ValueScale } from "./scales";

const TEXT = "fill-muted text-xs";
const LINES = 5;

interface ValueAxisProps {
  scale: ValueScale;
  width: number;
  /** Whether the values are written; where nothing is drawn they mean nothing. */
  isLabelled: boolean;
  format: (value: number) => string;
}

/** The values that get a grid line, each with room for its text. */
export function valueTicks(scale: ValueScale, height: number, textScale: number): number[] {
  return scale.ticks(Math.max(2, Math.min(LINES, Math.floor(height / (40 * textScale)))));
}

/** Grid lines, and their values at the start. */
export function ValueAxis({
  scale,
  ticks,
  width,
  isLabelled,
  format,
}: ValueAxisProps & { ticks: readonly number[] }) {
  return (
    <g>
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${scale(tick)})`}>
          <line x2={width} className={tick === 0 ? "stroke-line-strong" : "stroke-line"} />
          {isLabelled && (
            <text x={-8} dy="0.32em" textAnchor="end" className={TEXT}>
              {format(tick)}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

/** A text under the plot. */
export interface AxisLabel {
  x: number;
  text: string;
}

interface LabelAxisProps {
  labels: readonly AxisLabel[];
  width: number;
  height: number;
  textScale: number;
}

/** Texts under the plot, as many as fit; the first and the last stay inside of the picture. */
export function LabelAxis({ labels, width, height, textScale }: LabelAxisProps) {
  return (
    <g transform={`translate(0 ${height})`}>
      <line x2={width} className="stroke-line-strong" />
      {fittingLabels(labels, width, textScale).map(({ x, text, anchor }) => (
        <text key={`${x} ${text}`} x={x} y={18 * textScale} textAnchor={anchor} className={TEXT}>
          {text}
        </text>
      ))}
    </g>
  );
}

const GAP = 12;
const BEFORE = { start: 0, middle: 0.5, end: 1 } as const;

type Anchor = keyof typeof BEFORE;

/** The labels, from the first on, that do not touch the one before, and how each is aligned. */
export function fittingLabels(labels: readonly AxisLabel[], width: number, textScale: number) {
  const fitting: (AxisLabel & { anchor: Anchor })[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const label of labels) {
    const textWidth = widthOf(label.text, textScale);
    const anchor = anchorOf(label.x, textWidth, width);
    const start = label.x - textWidth * BEFORE[anchor];
    if (start < end + GAP) continue;
    fitting.push({ ...label, anchor });
    end = start + textWidth;
  }
  return fitting;
}

function anchorOf(x: number, textWidth: number, width: number): Anchor {
  if (x + textWidth / 2 > width + 4) return "end";
  return x - textWidth / 2 < -30 ? "start" : "middle";
}

/** About how many pixels a text of an axis is wide; Japanese letters are twice as wide. */
export function widthOf(text: string, textScale: number): number {
  const wide = [...text].filter((letter) => letter > "\u2e80").length;
  return (text.length + wide) * 7 * textScale;
}
