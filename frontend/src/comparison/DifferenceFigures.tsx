"use client";

import { useTranslations } from "use-intl";
import type { Comparison } from "@/api/types";
import { useSourceName } from "@/panels/device/SourceName";
import { Energy, Power } from "@/quantities/Shown";
import { aheadInEnergy, aheadInWatts } from "./figures";
import { LagFigure } from "./LagFigure";
import { Row } from "./Row";

/** How far apart the two are: in watts, in energy, in time. Each line names the one ahead. */
export function DifferenceFigures({ comparison }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  const name = useSourceName();
  const { watts, energy_difference_kwh } = comparison;
  const bias = watts?.bias_watts ?? null;
  const shows = aheadInWatts(bias);
  const counted = aheadInEnergy(energy_difference_kwh);
  return (
    <>
      <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-2 text-sm">
        <Row title={t("median")}>
          <Power watts={watts?.median_watts ?? null} testId="difference-median" />
        </Row>
        <Row title={t("p95")}>
          <Power watts={watts?.p95_watts ?? null} />
        </Row>
        <Row title={shows ? t("bias", { more: name(comparison[shows].source) }) : t("noBias")}>
          <Power watts={bias === null ? null : Math.abs(bias)} />
          <Doubt watts={watts?.doubt_watts ?? 0} />
        </Row>
        <Row
          title={
            counted
              ? t("energyDifference", { more: name(comparison[counted].source) })
              : t("noEnergyDifference")
          }
        >
          <Energy kwh={energy_difference_kwh?.replace("-", "") ?? null} />
        </Row>
        <LagFigure comparison={comparison} />
      </dl>
      <p className="mt-3 text-muted text-xs">{t("differenceNote")}</p>
    </>
  );
}

/** How much of it chance can do, where that can be seen. */
function Doubt({ watts }: { watts: number }) {
  const t = useTranslations("comparison");
  if (aheadInWatts(watts) === null) return null;
  return (
    <span className="ms-1.5 text-muted" title={t("doubt")}>
      ± <Power watts={watts} />
    </span>
  );
}
