"use client";

import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { SeriesInput } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { useSeriesWrites } from "./useSeries";

const PERIODS = ["month", "day", "slot"] as const;
const SLOT_MINUTES = [30, 15, 60] as const;

/** A new series: the name that contracts refer to, and what its values are of. */
export function NewSeriesForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("series");
  const [period, setPeriod] = useState<SeriesInput["period"]>("month");
  const [minutes, setMinutes] = useState<(typeof SLOT_MINUTES)[number]>(30);
  const { make } = useSeriesWrites(onDone);
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const slot_minutes = period === "slot" ? minutes : null;
    make.mutate({
      params: { path: { series: String(form.get("name")) } },
      body: { period, slot_minutes, note: String(form.get("note")) },
    });
  };
  return (
    <form onSubmit={save} className="my-3 space-y-3 border-line border-y py-3">
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Field
          label={t("name")}
          name="name"
          required
          pattern="[a-z][a-z0-9_]{0,62}"
          title={t("nameRule")}
          hint={t("nameRule")}
          placeholder="fuel_adjustment"
          autoComplete="off"
        />
        <Choose
          label={t("period")}
          value={period}
          choices={PERIODS.map((each) => [each, t(`periods.${each}`)])}
          onChoose={setPeriod}
        />
        {period === "slot" && (
          <Choose
            label={t("slotMinutes")}
            value={minutes}
            choices={SLOT_MINUTES.map((each) => [each, t("minutes", { count: each })])}
            onChoose={(chosen) => setMinutes(chosen)}
          />
        )}
        <Field label={t("note")} name="note" maxLength={2000} />
      </div>
      {make.error !== null && <ProblemNotice failure={make.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={make.isPending}>
          {t("make")}
        </Button>
        <Button onClick={onDone}>{t("cancel")}</Button>
      </div>
    </form>
  );
}

interface ChooseProps<Value extends string | number> {
  label: string;
  value: Value;
  choices: readonly (readonly [Value, string])[];
  onChoose: (value: Value) => void;
}

function Choose<Value extends string | number>(props: ChooseProps<Value>) {
  const { label, value, choices, onChoose } = props;
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="text-muted text-sm">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={({ target }) => {
          const chosen = choices[target.selectedIndex];
          if (chosen) onChoose(chosen[0]);
        }}
        className="tap mt-1 block w-full rounded-md border border-line-strong bg-paper px-3 py-2"
      >
        {choices.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
