"use client";

import { useTranslations } from "use-intl";
import type { DayBar } from "./day-bars";

const SWATCHES = {
  measured: "h-3 rounded-sm bg-measured",
  estimated: "h-3 rounded-sm bg-estimated",
  partial: "hatched mb-1 h-1.5 self-end",
  noData: "hatched h-3 opacity-60",
  noPrice: "hatched-unpriced h-3 opacity-60",
} as const;

type Entry = keyof typeof SWATCHES;

/** Explains only what can be seen in the chart above it. */
export function DaysLegend({ bars }: { bars: readonly DayBar[] }) {
  const t = useTranslations("days.legend");
  const isSeen: Record<Entry, boolean> = {
    measured: bars.some(({ measured }) => measured > 0),
    estimated: bars.some(({ estimated }) => estimated > 0),
    partial: bars.some(({ state }) => state === "partial"),
    noData: bars.some(({ state }) => state === "no-data"),
    noPrice: bars.some(({ state }) => state === "no-price"),
  };
  const seen = (Object.keys(SWATCHES) as Entry[]).filter((entry) => isSeen[entry]);
  return (
    <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-muted text-xs">
      {seen.map((entry) => (
        <li key={entry} className="flex items-center gap-1.5">
          <span aria-hidden className={`inline-block w-3 ${SWATCHES[entry]}`} />
          {t(entry)}
        </li>
      ))}
    </ul>
  );
}
