"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Series } from "@/api/types";
import { useSeriesName } from "@/bills/names";
import { parseSeriesName } from "@/bills/series-names";
import { Texts } from "@/language/Texts";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../messages/en/series.json";
import ja from "../../messages/ja/series.json";
import { FileForm } from "./FileForm";
import { NewSeriesForm } from "./NewSeriesForm";
import { useKeyName } from "./useKeyName";
import { useSeriesList, useSeriesWrites } from "./useSeries";
import { ValuesForm } from "./ValuesForm";

const TEXTS = { en, ja };

/** Rates that change by month, by day or by half-hour: edited, and read from files. */
export function SeriesPanel() {
  return (
    <Texts of={TEXTS}>
      <AllSeries />
    </Texts>
  );
}

function AllSeries() {
  const t = useTranslations("series");
  const answer = useSeriesList();
  const [isNew, setNew] = useState(false);
  return (
    <Panel title={t("title")} aside={<Button onClick={() => setNew(true)}>{t("add")}</Button>}>
      <p className="text-muted text-sm">{t("lead")}</p>
      {isNew && <NewSeriesForm onDone={() => setNew(false)} />}
      <Loaded
        answer={answer}
        skeleton={<Skeleton className="h-24 w-full" />}
        isEmpty={(all) => all.length === 0}
        empty={<p className="py-6 text-center text-muted">{t("empty")}</p>}
      >
        {(all) => (
          <div className="mt-2 divide-y divide-line">
            {all.map((series) => (
              <OneSeries key={series.series} series={series} />
            ))}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function OneSeries({ series }: { series: Series }) {
  const t = useTranslations("series");
  const name = useSeriesName();
  const keyName = useKeyName();
  const [isOpen, setOpen] = useState(false);
  const { first, last, count, missing } = series;
  return (
    <details
      className="py-1 text-sm"
      data-testid={`series-${series.series}`}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="wrap-anywhere tap cursor-pointer py-1.5">
        <span className="font-semibold">{name(series.series)}</span>{" "}
        <span className="text-muted">
          {first && last
            ? t("values", { count, first: keyName(first), last: keyName(last) })
            : t("noValues")}
        </span>
      </summary>
      {missing.length > 0 && (
        <p className="text-down">{t("missing", { keys: missing.map(keyName).join(t("comma")) })}</p>
      )}
      {isOpen && <Editors series={series} />}
    </details>
  );
}

function Editors({ series }: { series: Series }) {
  const t = useTranslations("series");
  const { remove } = useSeriesWrites(() => undefined);
  const params = { path: { series: series.series } };
  return (
    <div className="space-y-5 pb-3">
      {series.note && !parseSeriesName(series.series) && (
        <p className="wrap-anywhere text-muted">{series.note}</p>
      )}
      <ValuesForm series={series} />
      <FileForm series={series} />
      {remove.error !== null && <ProblemNotice failure={remove.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate({ params })}>
          {t("delete")}
        </Button>
        <span className="text-muted">{t("deleteHint")}</span>
      </div>
    </div>
  );
}
