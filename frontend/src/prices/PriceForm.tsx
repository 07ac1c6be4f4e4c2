"use client";

import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { useHouse } from "@/house/HouseProvider";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { useFieldErrors } from "@/ui/useFieldErrors";
import { type Draft, draftFromForm } from "./draft";

interface PriceFormProps {
  draft: Draft;
  /** What the API refused of the last draft; null before there was one. */
  refusal: unknown;
  onReview: (draft: Draft) => void;
  onCancel: () => void;
}

export function PriceForm({ draft, refusal, onReview, onCancel }: PriceFormProps) {
  const t = useTranslations("prices");
  const { currency, time_zone } = useHouse();
  const errorOf = useFieldErrors(refusal);

  function review(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onReview(draftFromForm(new FormData(event.currentTarget)));
  }

  return (
    <form onSubmit={review} className="space-y-4">
      <Field
        label={t("priceField", { currency })}
        name="price"
        defaultValue={draft.price}
        inputMode="decimal"
        pattern="\s*\d{1,6}(\.\d{1,6})?\s*"
        title={t("pricePattern")}
        error={errorOf("price_per_kwh")}
        placeholder="31.7"
        autoComplete="off"
        required
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label={t("from")}
          name="from"
          type="datetime-local"
          defaultValue={draft.from}
          error={errorOf("valid_from")}
          required
        />
        <Field
          label={t("to")}
          name="to"
          type="datetime-local"
          defaultValue={draft.to}
          error={errorOf("valid_to")}
          hint={t("toHint")}
        />
      </div>
      <p className="text-muted text-xs">{t("zone", { zone: time_zone })}</p>
      <Field
        label={t("note")}
        name="note"
        maxLength={500}
        defaultValue={draft.note}
        error={errorOf("note")}
      />
      <div className="flex gap-2 pt-1">
        <Button type="submit" look="primary">
          {t("review")}
        </Button>
        <Button onClick={onCancel}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
