"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Comparison, PlotPoint } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { SourceName } from "@/panels/device/SourceName";
import { Power } from "@/quantities/Shown";

interface PointTooltipProps {
  comparison: Comparison;
  point: PlotPoint | undefined;
}

export function PointTooltip({ comparison: { a, b }, point }: PointTooltipProps) {
  const t = useTranslations("comparison");
  const locale = useLocale();
  const { time_zone } = useHouse();
  if (!point) return null;
  return (
    <>
      <p className="text-muted text-xs">{formatMoment(locale, point.at, time_zone)}</p>
      <dl className="grid grid-cols-[auto_auto] gap-x-3">
        <dt>
          <SourceName source={a.source} />
        </dt>
        <dd className="text-end">
          <Power watts={point.a_watts} />
        </dd>
        <dt>
          <SourceName source={b.source} />
        </dt>
        <dd className="text-end">
          <Power watts={point.b_watts} />
        </dd>
        <dt className="text-muted">{t("difference")}</dt>
        <dd className="text-end">
          <Power watts={point.difference_watts} />
        </dd>
      </dl>
    </>
  );
}
