import type { ReactNode } from "react";

/** One figure under its title. */
export function Row({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{title}</dt>
      <dd className="text-end">{children}</dd>
    </>
  );
}
