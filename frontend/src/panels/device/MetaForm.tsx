"use client";

import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import type { DeviceMeta, DeviceState } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { isFieldFailure, useFieldErrors } from "@/ui/useFieldErrors";
import { metaFromForm } from "./meta-input";
import { usePutMeta } from "./useDevice";

interface MetaFormProps {
  device: string;
  stored: DeviceMeta | undefined;
  /** What counts now, shown in the empty fields. */
  state: DeviceState;
  onDone: () => void;
}

export function MetaForm({ device, stored, state, onDone }: MetaFormProps) {
  const t = useTranslations("device");
  const put = usePutMeta(onDone);
  const errorOf = useFieldErrors(put.error);

  function save(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const body = metaFromForm(new FormData(event.currentTarget));
    put.mutate({ params: { path: { device } }, body });
  }

  return (
    <form onSubmit={save} className="space-y-3">
      <Field
        label={t("nameJa")}
        name="ja"
        placeholder={state.name.ja}
        maxLength={200}
        defaultValue={stored?.display_name.ja ?? ""}
        error={errorOf("ja")}
      />
      <Field
        label={t("nameEn")}
        name="en"
        placeholder={state.name.en}
        maxLength={200}
        defaultValue={stored?.display_name.en ?? ""}
        error={errorOf("en")}
        hint={t("emptyMeansConfigured")}
      />
      <Field
        label={t("ratedPowerWatts")}
        name="rated_power_watts"
        type="number"
        min="0.1"
        step="any"
        placeholder={String(state.rated_power_watts)}
        defaultValue={stored?.rated_power_watts ?? ""}
        hint={t("ratedPowerHint")}
        error={errorOf("rated_power_watts")}
      />
      <Field
        label={t("note")}
        name="note"
        maxLength={2000}
        defaultValue={stored?.note ?? ""}
        error={errorOf("note")}
      />
      {put.error && !isFieldFailure(put.error) && <ProblemNotice failure={put.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={put.isPending}>
          {t("save")}
        </Button>
        <Button onClick={onDone}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
