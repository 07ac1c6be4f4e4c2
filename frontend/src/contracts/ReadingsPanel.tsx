"use client";

import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { ReadingDates } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Skeleton } from "@/ui/Skeleton";
import { useContractWrites, useReadingDates } from "./useContracts";

/** When the meter of the supplier is read. */
export function ReadingsPanel() {
  const t = useTranslations("contracts");
  const answer = useReadingDates();
  return (
    <Panel title={t("readings")}>
      <p className="text-muted text-sm">{t("readingsLead")}</p>
      <Loaded answer={answer} skeleton={<Skeleton className="h-40 w-full" />}>
        {(readings) => <Form key={JSON.stringify(readings)} readings={readings} />}
      </Loaded>
    </Panel>
  );
}

function Form({ readings }: { readings: ReadingDates }) {
  const t = useTranslations("contracts");
  const id = useId();
  const [days, setDays] = useState(readings.dates.join("\n"));
  const [dayOfMonth, setDayOfMonth] = useState(String(readings.day_of_month ?? ""));
  const { read } = useContractWrites(() => undefined);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const dates = days.split(/\s+/).filter(Boolean);
    read.mutate({ body: { dates, day_of_month: dayOfMonth ? Number(dayOfMonth) : null } });
  };
  return (
    <form onSubmit={save} className="mt-3 space-y-3">
      <label htmlFor={id} className="sr-only">
        {t("readings")}
      </label>
      <textarea
        id={id}
        rows={5}
        value={days}
        placeholder="2026-05-12"
        onChange={({ target }) => setDays(target.value)}
        className="block w-full max-w-xs rounded-md border border-line-strong bg-paper px-3 py-2"
      />
      <div className="max-w-xs">
        <Field
          label={t("dayOfMonth")}
          type="number"
          min={1}
          max={31}
          value={dayOfMonth}
          onChange={({ target }) => setDayOfMonth(target.value)}
        />
      </div>
      {read.error !== null && <ProblemNotice failure={read.error} />}
      <Button type="submit" look="primary" disabled={read.isPending}>
        {t("save")}
      </Button>
    </form>
  );
}
