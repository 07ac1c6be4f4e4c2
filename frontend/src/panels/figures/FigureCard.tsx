import type { ReactNode } from "react";

interface FigureCardProps {
  title: string;
  /** The figure itself. */
  children: ReactNode;
  /** Beside or below it. */
  notes?: ReactNode;
}

/** One figure of a place under its title. */
export function FigureCard({ title, children, notes }: FigureCardProps) {
  return (
    <div className="min-w-0 px-4 py-4 sm:px-5">
      <h2 className="text-muted text-sm">{title}</h2>
      <p className="mt-1 large-figure font-semibold tracking-tight">{children}</p>
      <div className="mt-1 space-y-1 text-muted text-sm">{notes}</div>
    </div>
  );
}
