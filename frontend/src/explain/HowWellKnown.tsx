"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Figures } from "@/api/types";
import { Panel } from "@/panels/Panel";
import { formatTwoUnits } from "@/quantities/age";
import { formatShare } from "@/quantities/coverage";
import { Energy } from "@/quantities/Shown";
import { QualityMark } from "./QualityMark";

/** Of how much of the time something is known, and how. */
export function HowWellKnown({ figures }: { figures: Figures }) {
  const t = useTranslations("explain.known");
  const { coverage, measured_kwh, estimated_kwh } = figures;
  const { measured_seconds, estimated_seconds, missing_seconds } = coverage;
  const whole = coverage.expected_seconds;
  return (
    <Panel title={t("title")}>
      <dl className="text-sm">
        <Part quality="measured" seconds={measured_seconds} whole={whole}>
          <Energy kwh={measured_kwh} />
        </Part>
        <Part quality="estimated" seconds={estimated_seconds} whole={whole}>
          <Energy kwh={estimated_kwh} />
        </Part>
        <Part quality="missing" seconds={missing_seconds} whole={whole}>
          {missing_seconds > 0 && <span className="text-muted">{t("notIncluded")}</span>}
        </Part>
      </dl>
    </Panel>
  );
}

interface PartProps {
  quality: "measured" | "estimated" | "missing";
  seconds: number;
  whole: number;
  children: ReactNode;
}

function Part({ quality, seconds, whole, children }: PartProps) {
  const t = useTranslations("explain.known");
  const locale = useLocale();
  return (
    <div className="grid grid-cols-[1fr_auto] gap-x-4 border-line border-b py-2 last:border-0">
      <dt>
        <QualityMark quality={quality} />
        {t(quality)}
      </dt>
      <dd className="text-end">{children}</dd>
      <dd className="col-span-2 text-muted text-xs">
        {formatTwoUnits(locale, seconds)}
        {whole > 0 && ` · ${formatShare(locale, Math.min(1, seconds / whole))}`}
      </dd>
    </div>
  );
}
