import { type BarShapeProps, Rectangle } from "recharts";
import type { DayBar } from "./day-bars";

const HATCH_ID = "unknown-day";

/** The hatching of days of which the figure is not known. */
export function Hatch() {
  return (
    <defs>
      <pattern
        id={HATCH_ID}
        width="4"
        height="4"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <line x1="0" y1="0" x2="0" y2="4" stroke="var(--line-strong)" strokeWidth="3" />
      </pattern>
    </defs>
  );
}

/**
 * What stands behind a day's bar. An unknown day is a hatched column of full height: a gap one can
 * see, not a low bar. A day known in part has hatching under its foot.
 */
export function UnknownDay(props: BarShapeProps) {
  const { x, y, width, height } = props;
  const { state } = props.payload as DayBar;
  if (state === "whole") return null;
  const isGap = state !== "partial";
  return (
    <Rectangle
      x={x}
      y={isGap ? y : y + height + 2}
      width={width}
      height={isGap ? height : 4}
      fill={`url(#${HATCH_ID})`}
      opacity={isGap ? 0.35 : 1}
    />
  );
}
