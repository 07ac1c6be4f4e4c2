"use client";

import { type ChangeEvent, type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { csvBody } from "@/api/csv";
import type { Series } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { ChangesTable } from "./ChangesTable";
import { useValueWrites } from "./useSeries";

/** Values from a file, such as those of JEPX; old and new are shown before they are saved. */
export function FileForm({ series }: { series: Series }) {
  const t = useTranslations("series");
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [column, setColumn] = useState("");
  const { tryFile, saveFile } = useValueWrites(() => {
    setFile(null);
    tryFile.reset();
  });
  const path = { series: series.series };
  const query = column ? { column } : {};
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    setFile(target.files?.[0] ?? null);
    tryFile.reset();
  };
  const review = (event: FormEvent) => {
    event.preventDefault();
    if (!file) return;
    tryFile.mutate({ params: { path, query: { ...query, preview: true } }, ...csvBody(file) });
  };
  const save = () => file && saveFile.mutate({ params: { path, query }, ...csvBody(file) });
  const failure = tryFile.error ?? saveFile.error;
  return (
    <form onSubmit={review} className="space-y-3 border-line border-t pt-3">
      <p>
        <span className="font-semibold">{t("fileTitle")}</span>{" "}
        <a
          href={`/api/v1/series/${series.series}/csv`}
          download={`${series.series}.csv`}
          className="text-accent underline"
        >
          {t("export")}
        </a>
      </p>
      <div>
        <label htmlFor={id} className="text-muted">
          {t("file")}
        </label>
        <input
          id={id}
          key={saveFile.submittedAt}
          type="file"
          required
          accept=".csv,text/csv"
          onChange={choose}
          className="tap mt-1 block max-w-full"
        />
      </div>
      <div className="max-w-xs">
        <Field
          label={t("column")}
          value={column}
          placeholder={series.period === "slot" ? "東京" : "value"}
          hint={t(series.period === "slot" ? "columnOfMarket" : "columnHint")}
          onChange={({ target }) => {
            setColumn(target.value);
            tryFile.reset();
          }}
        />
      </div>
      {failure !== null && <ProblemNotice failure={failure} />}
      {tryFile.data ? (
        <ChangesTable change={tryFile.data} onSave={save} isSaving={saveFile.isPending} />
      ) : (
        <Button type="submit" disabled={!file || tryFile.isPending}>
          {t("review")}
        </Button>
      )}
      {saveFile.isSuccess && <p role="status">{t("saved")}</p>}
    </form>
  );
}
