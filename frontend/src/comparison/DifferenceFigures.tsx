"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Comparison } from "@/api/types";
import { useSourceName } from "@/panels/device/SourceName";
import { Energy, Power, Unknown } from "@/quantities/Shown";
import { formatSeconds } from "./figures";

/** How far apart the two are: in watts, in energy, in time. Each line names the one ahead. */
export function DifferenceFigures({ comparison }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  const ahead = useAhead(comparison);
  const { watts, lag, energy_difference_kwh } = comparison;
  const bias = watts?.bias_watts ?? null;
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
        <dt className="text-muted">{t("bias", { more: ahead(bias) })}</dt>
        <dd className="text-end">
          <Power watts={bias === null ? null : Math.abs(bias)} />
        </dd>
        <dt className="text-muted">
          {t("energyDifference", { more: ahead(Number(energy_difference_kwh)) })}
        </dt>
        <dd className="text-end">
          <Energy kwh={energy_difference_kwh?.replace("-", "") ?? null} />
        </dd>
        <dt className="text-muted">{t("lag", { later: ahead(lag?.seconds ?? null) })}</dt>
        <dd className="text-end">
          <Lag comparison={comparison} />
        </dd>
      </dl>
      <p className="mt-3 text-muted text-xs">{t("differenceNote")}</p>
    </>
  );
}

/** Whose figure is the greater one, when the second less the first is known. */
function useAhead({ a, b }: Comparison): (difference: number | null) => string {
  const name = useSourceName();
  return (difference) => name((difference ?? 0) < 0 ? a.source : b.source);
}

function Lag({ comparison: { lag } }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  const locale = useLocale();
  if (lag === null) return <Unknown why={t("lagUnknown")} />;
  return (
    <span data-testid="lag" data-value={lag.seconds}>
      {formatSeconds(locale, Math.abs(lag.seconds))}
    </span>
  );
}
