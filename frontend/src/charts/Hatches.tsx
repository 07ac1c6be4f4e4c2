/** Leaning one way for missing data, the other for a missing price: distinct without colour. */
const PATTERNS = {
  "no-data": { stroke: "var(--line-strong)", degrees: 45, width: 3 },
  "no-price": { stroke: "var(--silent)", degrees: -45, width: 3 },
  estimated: { stroke: "var(--surface)", degrees: 45, width: 2.5 },
} as const;

export type Hatch = keyof typeof PATTERNS;

export const hatchFill = (id: string, hatch: Hatch) => `url(#${id}-${hatch})`;

/** The definitions of the hatches; `id` keeps those of several charts apart. */
export function Hatches({ id }: { id: string }) {
  return (
    <defs>
      {Object.entries(PATTERNS).map(([hatch, { stroke, degrees, width }]) => (
        <pattern
          key={hatch}
          id={`${id}-${hatch}`}
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform={`rotate(${degrees})`}
        >
          <line x1="1.5" y1="0" x2="1.5" y2="6" stroke={stroke} strokeWidth={width} />
        </pattern>
      ))}
    </defs>
  );
}
