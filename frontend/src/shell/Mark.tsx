/** A plug's two pins in a socket, one of them a bar of the chart. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" className="size-6" aria-hidden>
      <circle cx="12" cy="12" r="11" className="fill-accent" />
      <path
        d="M8.5 8v8M15.5 11v5"
        className="stroke-on-accent"
        strokeWidth="3"
        strokeLinecap="round"
      />
    </svg>
  );
}
