/** A grey bar where a text will stand. `className` gives it the text's size. */
export function Skeleton({ className = "" }: { className?: string }) {
  return <span className={`block motion-safe:animate-pulse rounded-sm bg-sunken ${className}`} />;
}
