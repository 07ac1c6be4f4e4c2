"use client";

import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import type { Series, SeriesValues } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Skeleton } from "@/ui/Skeleton";
import { ChangesTable } from "./ChangesTable";
import { changedValues, NEW_KEY, NEW_VALUE, shownKeys, VALUE } from "./draft";
import { useKeyName } from "./useKeyName";
import { useNewestValues, useValueWrites } from "./useSeries";

/** The newest values in fields; what they change is shown before it is saved. */
export function ValuesForm({ series }: { series: Series }) {
  const answer = useNewestValues(series);
  return (
    <Loaded answer={answer} skeleton={<Skeleton className="h-32 w-full" />}>
      {({ values }) => <Form key={JSON.stringify(values)} series={series} values={values} />}
    </Loaded>
  );
}

interface FormProps {
  series: Series;
  values: SeriesValues["values"];
}

function Form({ series, values }: FormProps) {
  const t = useTranslations("series");
  const keyName = useKeyName();
  const [wanted, setWanted] = useState<Record<string, string | null>>({});
  const { tryValues, saveValues } = useValueWrites(() => undefined);
  const stored = Object.fromEntries(values.map(({ key, value }) => [key, value]));
  const path = { series: series.series };

  function review(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const changed = changedValues(new FormData(event.currentTarget), stored);
    setWanted(changed);
    tryValues.mutate({ params: { path, query: { preview: true } }, body: { values: changed } });
  }

  const save = () => saveValues.mutate({ params: { path }, body: { values: wanted } });
  const failure = tryValues.error ?? saveValues.error;
  return (
    <form onSubmit={review} className="space-y-3" onChange={() => tryValues.reset()}>
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-3 lg:grid-cols-4">
        {shownKeys(series, values).map((key) => (
          <Field
            key={key}
            label={keyName(key)}
            name={`${VALUE}${key}`}
            defaultValue={stored[key] ?? ""}
            maxLength={40}
            autoComplete="off"
          />
        ))}
      </div>
      <fieldset>
        <legend className="text-sm">{t("another")}</legend>
        <div className="mt-1 grid gap-x-4 gap-y-2 sm:grid-cols-3 lg:grid-cols-4">
          <Field
            label={t(`keys.${series.period}`)}
            name={NEW_KEY}
            placeholder={t(`examples.${series.period}`)}
            autoComplete="off"
          />
          <Field label={t("value")} name={NEW_VALUE} maxLength={40} autoComplete="off" />
        </div>
      </fieldset>
      <p className="text-muted text-xs">{t(series.period === "day" ? "nameHint" : "valueHint")}</p>
      {failure !== null && <ProblemNotice failure={failure} />}
      {tryValues.data && (
        <ChangesTable change={tryValues.data} onSave={save} isSaving={saveValues.isPending} />
      )}
      {!tryValues.data && (
        <Button type="submit" look="primary" disabled={tryValues.isPending}>
          {t("review")}
        </Button>
      )}
    </form>
  );
}
