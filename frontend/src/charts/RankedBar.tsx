interface RankedBarProps {
  /** 0 to 1. */
  share: number;
  /** A CSS colour. */
  colour?: string;
}

/** A part of a whole as a length one can compare down a column. */
export function RankedBar({ share, colour = "var(--measured)" }: RankedBarProps) {
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <svg
      aria-hidden
      className="h-2 w-full min-w-8 overflow-hidden rounded-full"
      role="presentation"
    >
      <rect width="100%" height="100%" className="fill-sunken" />
      <rect width={width} height="100%" fill={colour} className="mark" />
    </svg>
  );
}
