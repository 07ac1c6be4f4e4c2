"use client";

import { useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { DeviceCounts } from "@/panels/DeviceCounts";
import { DeviceWord } from "@/panels/DeviceWord";
import { deviceCount } from "@/places/tree";
import { Age, Power } from "@/quantities/Shown";

interface LiveFigureProps {
  node: PlaceNode;
  receivedAtMs: number;
}

/** What the place uses now, how old that is, and how many of its devices it counts. */
export function LiveFigure({ node, receivedAtMs }: LiveFigureProps) {
  const t = useTranslations("now");
  const tQuantity = useTranslations("quantity");
  const { power_watts, devices_up, age_seconds } = node.live;
  const devices = deviceCount(node);
  return (
    <div>
      <h2 className="text-muted text-sm">{t("powerNow")}</h2>
      <p className="mt-1 font-semibold text-hero tracking-tight">
        <Power watts={power_watts} testId="watts-now" />
      </p>
      <p className="min-h-5 text-muted text-sm">
        {power_watts === null && tQuantity("noData")}
        {age_seconds !== null && <Age seconds={age_seconds} receivedAtMs={receivedAtMs} />}
        {power_watts !== null && devices_up < devices && (
          <span> · {t("someOfDevices", { up: devices_up, all: devices })}</span>
        )}
      </p>
      <div className="mt-3 text-sm">
        {node.level === "device" ? (
          <DeviceWord node={node} testId="device-state" />
        ) : (
          <DeviceCounts live={node.live} areKeyed />
        )}
      </div>
    </div>
  );
}
