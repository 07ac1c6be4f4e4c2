"use client";

import { useTranslations } from "use-intl";
import type { Live, State } from "@/api/types";
import { StateDot } from "./StateWord";

interface DeviceCountsProps {
  live: Live;
  /** Only the place's own counts carry test ids, not those of the rows below. */
  areKeyed?: boolean;
}

/** How many devices are up, down and silent; a state nobody is in only stands in the main count. */
export function DeviceCounts({ live, areKeyed = false }: DeviceCountsProps) {
  const t = useTranslations("state");
  const counts: readonly [State, number][] = [
    ["up", live.devices_up],
    ["down", live.devices_down],
    ["silent", live.devices_silent],
  ];
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1">
      {counts
        .filter(([state, count]) => areKeyed || state === "up" || count > 0)
        .map(([state, count]) => (
          <li
            key={state}
            className={`flex items-center gap-1.5 whitespace-nowrap ${count === 0 ? "text-muted" : ""}`}
          >
            <StateDot state={state} />
            <span data-testid={areKeyed ? `devices-${state}` : undefined} data-value={count}>
              {count}
            </span>
            <span className={areKeyed ? "text-muted" : "sr-only"}>{t(state)}</span>
          </li>
        ))}
    </ul>
  );
}
