"use client";

import { useLocale, useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { DeviceCounts } from "@/panels/DeviceCounts";
import { DeviceWord } from "@/panels/DeviceWord";
import { deviceCount } from "@/places/tree";
import { formatTwoUnits } from "@/quantities/age";
import { Age, Power } from "@/quantities/Shown";
import { FigureCard } from "./FigureCard";

/** What is left of a meter is only as good as its reading and those behind it are of one time. */
const MIN_SPREAD_SECONDS = 30;

interface NowFigureProps {
  node: PlaceNode;
  receivedAtMs: number;
}

/** What the place uses now, how old that is, and how many of its devices it counts. */
export function NowFigure({ node, receivedAtMs }: NowFigureProps) {
  const t = useTranslations("now");
  const tQuantity = useTranslations("quantity");
  const locale = useLocale();
  const { power_watts, devices_up, age_seconds, age_spread_seconds: spread_seconds } = node.live;
  const devices = deviceCount(node);
  const notes = (
    <>
      <p className="min-h-5">
        {power_watts === null && tQuantity("noData")}
        {age_seconds !== null && <Age seconds={age_seconds} receivedAtMs={receivedAtMs} />}
        {power_watts !== null && devices_up < devices && (
          <span> · {t("someOfDevices", { up: devices_up, all: devices })}</span>
        )}
      </p>
      {spread_seconds !== null && spread_seconds >= MIN_SPREAD_SECONDS && (
        <p>{t("readApart", { duration: formatTwoUnits(locale, spread_seconds) })}</p>
      )}
      {node.level === "device" ? (
        <DeviceWord node={node} testId="device-state" />
      ) : (
        <DeviceCounts live={node.live} areKeyed />
      )}
    </>
  );
  return (
    <FigureCard title={t("powerNow")} notes={notes}>
      <Power watts={power_watts} testId="watts-now" />
    </FigureCard>
  );
}
