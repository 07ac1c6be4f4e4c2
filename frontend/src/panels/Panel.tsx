import { type ReactNode, useId } from "react";

interface PanelProps {
  title: string;
  /** Stands at the end of the title's line: choices, a button. */
  aside?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, aside, children }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="@container rounded-lg border border-line bg-surface">
      <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3 sm:px-5">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      <div className="px-4 pt-2 pb-4 sm:px-5">{children}</div>
    </section>
  );
}
