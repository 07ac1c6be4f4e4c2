"use client";

import { useTranslations } from "use-intl";
import { COMPARISON } from "@/api/refresh";
import type { Comparison } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { DifferenceFigures } from "./DifferenceFigures";
import { PowerCharts } from "./PowerCharts";
import type { RangeName } from "./range";
import { SourcesFigures } from "./SourcesFigures";
import { useComparison } from "./useComparison";
import { Verdict } from "./Verdict";

interface ComparisonPanelsProps {
  device: string;
  range: RangeName;
}

export function ComparisonPanels({ device, range }: ComparisonPanelsProps) {
  return (
    <Loaded
      answer={useComparison(device, range)}
      skeleton={<Skeleton className="h-96 w-full rounded-lg" />}
      notAfterMs={COMPARISON.notAfterMs}
    >
      {(comparison) => <Panels comparison={comparison} range={range} />}
    </Loaded>
  );
}

function Panels({ comparison, range }: { comparison: Comparison; range: RangeName }) {
  const t = useTranslations("comparison");
  const verdict = (
    <Panel title={t("verdict")}>
      <Verdict comparison={comparison} />
    </Panel>
  );
  if (comparison.verdict.kind === "no_data") return verdict;
  return (
    <>
      {verdict}
      <Panel title={t("power")}>
        <PowerCharts comparison={comparison} isOneDay={range === "today"} />
      </Panel>
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[3fr_2fr]">
        <Panel title={t("sources")}>
          <SourcesFigures comparison={comparison} />
        </Panel>
        <Panel title={t("difference")}>
          <DifferenceFigures comparison={comparison} />
        </Panel>
      </div>
    </>
  );
}
