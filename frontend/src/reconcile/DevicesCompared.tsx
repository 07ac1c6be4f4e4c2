"use client";

import { useLocale, useTranslations } from "use-intl";
import type { DeviceState, ReconcileRow } from "@/api/types";
import { DayRows } from "./DayRows";
import { countFindings } from "./differences";
import { Finding } from "./Finding";

interface DevicesComparedProps {
  rows: readonly ReconcileRow[];
  devices: readonly DeviceState[];
  areOpen: boolean;
}

/** One line for each device that says what was found; its days unfold below it. */
export function DevicesCompared({ rows, devices, areOpen }: DevicesComparedProps) {
  const locale = useLocale();
  const compared = devices
    .map((device) => ({ device, its: rows.filter((row) => row.device === device.device) }))
    .filter(({ its }) => its.length > 0);
  return (
    <div className="divide-y divide-line rounded-lg border border-line bg-surface">
      {compared.map(({ device, its }) => (
        <details key={device.device} open={areOpen} className="px-4 sm:px-5">
          <summary className="cursor-pointer py-3">
            <h2 className="inline font-semibold">{device.name[locale]}</h2>
            <Summary rows={its} />
          </summary>
          <DayRows rows={its} areSeveral={device.sources.length > 1} />
        </details>
      ))}
    </div>
  );
}

function Summary({ rows }: { rows: readonly ReconcileRow[] }) {
  const t = useTranslations("reconcile");
  return (
    <ul className="ms-4 inline-flex flex-wrap gap-x-4 align-bottom text-sm">
      {[...countFindings(rows)].map(([finding, count]) => (
        <li key={finding}>
          <Finding finding={finding} />{" "}
          <span className="text-muted text-xs">{t("days", { count })}</span>
        </li>
      ))}
    </ul>
  );
}
