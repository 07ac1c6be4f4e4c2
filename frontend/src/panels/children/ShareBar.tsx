"use client";

import { useLocale } from "use-intl";

/** A part of a whole as a length one can compare down a column. `share` is 0 to 1. */
export function ShareBar({ share }: { share: number }) {
  const format = new Intl.NumberFormat(useLocale(), { style: "percent" });
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden className="h-1.5 flex-1 overflow-hidden rounded-full bg-sunken">
        <span className="block h-full bg-measured" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="w-10 text-end text-muted text-xs">{format.format(share)}</span>
    </span>
  );
}
