interface SkeletonProps {
  /** Gives it the size of the text that comes. */
  className?: string;
  /** Where it depends on what comes: a CSS length. */
  height?: string;
}

/** A grey bar where a text will be. */
export function Skeleton({ className = "", height }: SkeletonProps) {
  const look = `block motion-safe:animate-pulse rounded-sm bg-sunken ${className}`;
  return <span className={look} style={{ height }} />;
}
