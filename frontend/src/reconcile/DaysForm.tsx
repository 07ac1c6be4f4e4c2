"use client";

import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { daysBetween, lastDayOf, toHouseDay } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { type ReconcileQuestion, reconcileAddress } from "./address";

interface DaysFormProps {
  question: ReconcileQuestion;
  onAsk: (question: ReconcileQuestion) => void;
}

/** Whole days of the house, the last one included. */
export function DaysForm({ question, onAsk }: DaysFormProps) {
  const t = useTranslations("reconcile");
  const { time_zone } = useHouse();
  const { device, from, to } = question;

  function ask(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [first, last] = [String(form.get("first")), String(form.get("last"))].sort();
    if (first && last) onAsk({ ...question, ...daysBetween(first, last, time_zone) });
  }

  const first = toHouseDay(from, time_zone);
  return (
    <form onSubmit={ask} className="flex flex-wrap items-end gap-x-4 gap-y-2">
      <Field label={t("from")} name="first" type="date" required defaultValue={first} />
      <Field
        label={t("to")}
        name="last"
        type="date"
        required
        defaultValue={lastDayOf(to, time_zone)}
      />
      <div className="pb-2">
        <Button type="submit">{t("show")}</Button>
      </div>
      {device && (
        <AddressLink
          href={reconcileAddress({ from, to })}
          className="pb-3 text-accent text-sm underline"
        >
          {t("allDevices")}
        </AddressLink>
      )}
    </form>
  );
}
