import { type BarShapeProps, Rectangle, ReferenceArea } from "recharts";
import type { DayBar } from "./day-bars";

/** Leaning one way for missing data, the other for a missing price: told apart without colour. */
const HATCHES = {
  "no-data": { colour: "var(--line-strong)", degrees: 45 },
  "no-price": { colour: "var(--silent)", degrees: -45 },
} as const;

const fillOf = (state: keyof typeof HATCHES) => `url(#hatch-${state})`;

export function Hatches() {
  return (
    <defs>
      {Object.entries(HATCHES).map(([state, { colour, degrees }]) => (
        <pattern
          key={state}
          id={`hatch-${state}`}
          width="4"
          height="4"
          patternUnits="userSpaceOnUse"
          patternTransform={`rotate(${degrees})`}
        >
          <line x1="0" y1="0" x2="0" y2="4" stroke={colour} strokeWidth="3" />
        </pattern>
      ))}
    </defs>
  );
}

/** An unknown day is a hatched column of full height: a gap one can see, not a low bar. */
export function unknownDays(bars: readonly DayBar[]) {
  return bars.map(({ day, state }) =>
    state === "no-data" || state === "no-price" ? (
      <ReferenceArea
        key={day}
        x1={day}
        x2={day}
        fill={fillOf(state)}
        fillOpacity={0.35}
        ifOverflow="visible"
      />
    ) : null,
  );
}

/** A day known in part has hatching under its foot. */
export function PartialFoot(props: BarShapeProps) {
  const { x, y, width, height } = props;
  const { state } = props.payload as DayBar;
  if (state !== "partial") return null;
  return <Rectangle x={x} y={y + height + 2} width={width} height={4} fill={fillOf("no-data")} />;
}
