"use client";

import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { customPeriod, lastDay, type Period } from "./period";
import { usePeriodAddress } from "./usePeriod";

/** The first and the last day of a period of one's own, such as from one reading to the next. */
export function CustomDates({ period }: { period: Period }) {
  const t = useTranslations("period");
  const address = usePeriodAddress();

  function show(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [first, last] = [String(form.get("first")), String(form.get("last"))];
    if (first && last) window.history.pushState(null, "", address(customPeriod(first, last)));
  }

  return (
    <form onSubmit={show} className="flex w-full flex-wrap items-end gap-x-4 gap-y-2">
      <Field label={t("first")} name="first" type="date" required defaultValue={period.first} />
      <Field label={t("last")} name="last" type="date" required defaultValue={lastDay(period)} />
      <div className="pb-1">
        <Button type="submit">{t("show")}</Button>
      </div>
    </form>
  );
}
