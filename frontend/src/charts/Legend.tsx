import { useId } from "react";
import { type Hatch, Hatches, hatchFill } from "./Hatches";
import { type Mark, MarkShape } from "./Marks";

export interface LegendEntry {
  key: string;
  label: string;
  /** A CSS colour; with a hatch alone there is none. */
  colour?: string;
  hatch?: Hatch;
  /** Drawn as on the axis instead of a square. */
  mark?: Mark["type"];
  /** Drawn as a line with this stroke instead of a square. */
  line?: { strokeWidth: number; strokeDasharray?: string };
}

/** What the colours and hatches of a chart mean. */
export function Legend({ entries }: { entries: readonly LegendEntry[] }) {
  const id = useId();
  if (entries.length === 0) return null;
  return (
    <ul className="wrap-anywhere mt-3 flex flex-wrap gap-x-5 gap-y-1 text-muted text-xs">
      {entries.map((entry) => (
        <li key={entry.key} className="flex items-center gap-1.5">
          <Swatch entry={entry} id={id} />
          {entry.label}
        </li>
      ))}
    </ul>
  );
}

function Swatch({ entry, id }: { entry: LegendEntry; id: string }) {
  const { key, colour, hatch, line, mark } = entry;
  if (mark) {
    return (
      <svg aria-hidden viewBox="-6 -2 12 12" className="size-3 shrink-0">
        <MarkShape type={mark} x={0} />
      </svg>
    );
  }
  if (line) {
    return (
      <svg aria-hidden viewBox="0 0 24 4" className="h-1 w-6 shrink-0">
        <line x1="0" y1="2" x2="24" y2="2" stroke={colour} {...line} />
      </svg>
    );
  }
  const own = `${id}-${key}`;
  return (
    <svg aria-hidden viewBox="0 0 12 12" className="size-3 shrink-0">
      {hatch && <Hatches id={own} />}
      {colour && <rect width="12" height="12" rx="2" fill={colour} className="mark" />}
      {hatch && (
        <rect
          x="0.5"
          y="0.5"
          width="11"
          height="11"
          rx="2"
          fill={hatchFill(own, hatch)}
          stroke={colour ? "none" : "var(--line-strong)"}
        />
      )}
    </svg>
  );
}
