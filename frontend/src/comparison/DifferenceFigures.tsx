"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Comparison } from "@/api/types";
import { useSourceName } from "@/panels/device/SourceName";
import { Energy, Power, Unknown } from "@/quantities/Shown";
import { formatSeconds } from "./figures";

/** How far apart the two are: in watts, in energy, in time. */
export function DifferenceFigures({ comparison }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  const name = useSourceName();
  const { a, b, watts, energy_difference_kwh } = comparison;
  const names = { a: name(a.source), b: name(b.source) };
  return (
    <>
      <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-2 text-sm">
        <dt className="text-muted">{t("median")}</dt>
        <dd className="text-end">
          <Power watts={watts?.median_watts ?? null} testId="difference-median" />
        </dd>
        <dt className="text-muted">{t("p95")}</dt>
        <dd className="text-end">
          <Power watts={watts?.p95_watts ?? null} />
        </dd>
        <dt className="text-muted">{t("bias", names)}</dt>
        <dd className="text-end">
          <Power watts={watts?.bias_watts ?? null} />
        </dd>
        <dt className="text-muted">{t("energyDifference", names)}</dt>
        <dd className="text-end">
          <Energy kwh={energy_difference_kwh} />
        </dd>
        <dt className="text-muted">{t("lag", names)}</dt>
        <dd className="text-end">
          <Lag comparison={comparison} />
        </dd>
      </dl>
      <p className="mt-3 text-muted text-xs">{t("differenceNote")}</p>
    </>
  );
}

function Lag({ comparison: { lag } }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  const locale = useLocale();
  if (lag === null) return <Unknown why={t("lagUnknown")} />;
  const sign = lag.seconds < 0 ? "−" : "";
  return (
    <span data-testid="lag" data-value={lag.seconds}>
      {sign}
      {formatSeconds(locale, Math.abs(lag.seconds))}
    </span>
  );
}
