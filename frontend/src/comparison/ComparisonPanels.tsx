"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { COMPARISON } from "@/api/refresh";
import type { Comparison } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import type { Range } from "@/period/period";
import { Button } from "@/ui/Button";
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
  const [zoomed, setZoomed] = useState<Range | null>(null);
  return (
    <Loaded
      answer={useComparison(device, range, zoomed)}
      skeleton={<Skeleton className="h-96 w-full rounded-lg" />}
      notAfterMs={COMPARISON.notAfterMs}
    >
      {(comparison) => (
        <Panels comparison={comparison} range={range} zoomed={zoomed} onZoom={setZoomed} />
      )}
    </Loaded>
  );
}

interface PanelsProps {
  comparison: Comparison;
  range: RangeName;
  zoomed: Range | null;
  onZoom: (range: Range | null) => void;
}

/** Shorter ranges have too few readings to compare. */
const MIN_ZOOM_MS = 600_000;

function Panels({ comparison, range, zoomed, onZoom }: PanelsProps) {
  const zoom = (fromMs: number, toMs: number) => {
    if (toMs - fromMs < MIN_ZOOM_MS) return;
    onZoom({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
  };
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
      <Panel
        title={t("power")}
        aside={zoomed && <Button onClick={() => onZoom(null)}>{t("wholeRange")}</Button>}
      >
        <PowerCharts
          comparison={comparison}
          isOneDay={range === "today" || isShort(zoomed)}
          onZoom={zoom}
        />
        <p className="mt-2 text-muted text-xs">{t("zoomHint")}</p>
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

/** Whether a part is labelled by hours rather than days. */
function isShort(zoomed: Range | null): boolean {
  return zoomed !== null && Date.parse(zoomed.to) - Date.parse(zoomed.from) < 2 * 86_400_000;
}
