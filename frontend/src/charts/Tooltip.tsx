import type { ReactNode } from "react";

interface TooltipProps {
  /** Where it points to, in pixels of the chart. */
  x: number;
  /** The width of the chart, inside of which it stays. */
  width: number;
  children: ReactNode;
}

/** What a chart shows of one point or column; beside the pointer, never under it. */
export function Tooltip({ x, width, children }: TooltipProps) {
  const isRight = x > width / 2;
  const side = isRight ? { right: `${width - x + 10}px` } : { left: `${x + 10}px` };
  return (
    <div
      data-testid="tooltip"
      className="pointer-events-none absolute top-1 z-10 w-max max-w-[60%] rounded-md border border-line-strong bg-surface px-3 py-2 text-sm shadow-md"
      style={side}
    >
      {children}
    </div>
  );
}
