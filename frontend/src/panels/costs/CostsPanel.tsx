"use client";

import { useLocale, useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Cost, PlaceNode } from "@/api/types";
import { useMarks } from "@/marks/useMarks";
import { costRow } from "@/panels/exported";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemTitle } from "@/panels/ProblemNotice";
import { shortNameOfPeriod } from "@/period/names";
import { bucketOf, isFuture } from "@/period/period";
import { useComparedPeriod, usePeriod, useToday } from "@/period/usePeriod";
import { childLevelOf } from "@/places/place";
import { placeOf } from "@/places/tree";
import { useBucketCosts, useComparedCost } from "@/places/useCost";
import { Choice } from "@/ui/Choice";
import { Download } from "@/ui/Download";
import { Skeleton } from "@/ui/Skeleton";
import { bucketsOf } from "./buckets";
import { CostsChart } from "./CostsChart";
import { CostsLegend } from "./CostsLegend";
import { CostsTable } from "./CostsTable";
import { referencesOf } from "./references";
import { useMeasure } from "./useMeasure";
import { useSeries } from "./useSeries";

/** Cost or energy of the period, hour by hour, day by day or month by month. */
export function CostsPanel({ node }: { node: PlaceNode }) {
  const t = useTranslations("costs");
  const [measure, setMeasure] = useMeasure();
  const size = bucketOf(usePeriod());
  const place = placeOf(node);
  const choices = [
    { value: "cost", label: t("cost") },
    { value: "energy", label: t("energy") },
  ] as const;
  return (
    <Panel
      title={t(`title.${measure}.${size}`)}
      aside={
        <Choice label={t("measure")} choices={choices} chosen={measure} onChoose={setMeasure} />
      }
    >
      <Loaded
        answer={useBucketCosts(place)}
        skeleton={<Skeleton className="h-72 w-full" />}
        notAfterMs={COST.notAfterMs}
        problem={(failure) => (
          <p className="py-2 text-muted">
            <ProblemTitle failure={failure} />
          </p>
        )}
        isEmpty={({ total }) => total.energy_kwh === null}
        empty={<Empty />}
      >
        {(cost) => <Costs node={node} cost={cost} />}
      </Loaded>
      <CostsTable node={node} size={size} />
    </Panel>
  );
}

function Empty() {
  const t = useTranslations("costs");
  const tPeriod = useTranslations("period");
  const isAhead = isFuture(usePeriod(), useToday());
  return (
    <p className="py-24 text-center text-muted">{isAhead ? tPeriod("notBegun") : t("empty")}</p>
  );
}

function Costs({ node, cost }: { node: PlaceNode; cost: Cost }) {
  const locale = useLocale();
  const [measure] = useMeasure();
  const shown = usePeriod();
  const size = bucketOf(shown);
  const compared = useComparedPeriod();
  const before = useComparedCost(placeOf(node), true);
  const buckets = bucketsOf(cost, childLevelOf(node.level));
  const references = referencesOf(buckets, before?.rows ?? [], measure);
  const stacked = useSeries(node, buckets, measure);
  const marks = useMarks(placeOf(node));
  const chart = { node, buckets, references, measure, size, marks, ...stacked };
  const name =
    compared && references.size > 0 ? shortNameOfPeriod(locale, compared.period, shown) : null;
  return (
    <>
      <CostsChart {...chart} />
      <CostsLegend {...chart} reference={name} />
      <Download
        name="costs"
        from={cost.from}
        rows={cost.rows.map((row) => costRow(row, cost.currency))}
      />
    </>
  );
}
