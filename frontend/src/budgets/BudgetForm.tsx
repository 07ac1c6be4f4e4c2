"use client";

import { type FormEvent, useId, useRef } from "react";
import { useLocale, useTranslations } from "use-intl";
import { plainNumber } from "@/bills/real-bill";
import { useHouse } from "@/house/HouseProvider";
import { useDevices } from "@/panels/device/useDevice";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { isFieldFailure, useFieldErrors } from "@/ui/useFieldErrors";
import { useBudgetWrites } from "./useBudgets";

/** Sets the budget of the house or of a device; one that is there is replaced. */
export function BudgetForm({ month }: { month: string }) {
  const t = useTranslations("budgets");
  const locale = useLocale();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const { currency } = useHouse();
  const { data: devices } = useDevices();
  const { save } = useBudgetWrites(() => form.current?.reset());
  const errorOf = useFieldErrors(save.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget);
    const device = String(entered.get("device") ?? "");
    const amount = plainNumber(String(entered.get("amount") ?? ""));
    save.mutate({
      params: { path: { month }, query: device ? { device } : {} },
      body: { amount },
    });
  };
  return (
    <form ref={form} onSubmit={submit} className="mt-4 space-y-3 border-line border-t pt-3">
      <div className="grid items-start gap-x-4 gap-y-2 sm:grid-cols-2">
        <div className="min-w-0">
          <label htmlFor={id} className="text-muted text-sm">
            {t("of")}
          </label>
          <select
            id={id}
            name="device"
            className="tap mt-1 block w-full rounded-md border border-line-strong bg-paper px-3 py-2"
          >
            <option value="">{t("house")}</option>
            {devices?.map(({ device, name }) => (
              <option key={device} value={device}>
                {name[locale]}
              </option>
            ))}
          </select>
        </div>
        <Field
          label={t("amount", { currency })}
          name="amount"
          inputMode="decimal"
          autoComplete="off"
          required
          error={errorOf("amount")}
        />
      </div>
      {save.error !== null && !isFieldFailure(save.error) && <ProblemNotice failure={save.error} />}
      <Button type="submit" look="primary" disabled={save.isPending}>
        {t("save")}
      </Button>
    </form>
  );
}
