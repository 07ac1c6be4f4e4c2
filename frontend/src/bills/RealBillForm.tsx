"use client";

import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { api } from "@/api/client";
import type { Bill, RealBill } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { isFieldFailure, useFieldErrors } from "@/ui/useFieldErrors";
import { useLineName } from "./names";
import { LINE, realBillInput } from "./real-bill";

interface RealBillFormProps {
  bill: Bill;
  /** What was entered before. */
  real: RealBill | undefined;
  onDone: () => void;
}

/** kWh and yen of the paper bill, and its lines as far as someone wants to enter them. */
export function RealBillForm({ bill, real, onDone }: RealBillFormProps) {
  const t = useTranslations("realBills");
  const name = useLineName();
  const onSuccess = useFetchAll(onDone);
  const save = api.useMutation("put", "/api/v1/real_bills/{first_day}", { onSuccess });
  const errorOf = useFieldErrors(save.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate({
      params: { path: { first_day: bill.first_day }, query: { statement: bill.statement } },
      body: realBillInput(new FormData(event.currentTarget)),
    });
  };
  const entered = new Map(real?.lines.map((line) => [line.name, line.real]));
  const lines = [...new Set([...bill.lines.map((line) => line.name), ...entered.keys()])];
  return (
    <form onSubmit={submit} className="space-y-3">
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Field
          label={t("kwh")}
          name="kwh"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={real?.kwh ?? ""}
          error={errorOf("kwh")}
        />
        <Field
          label={t("totalField", { currency: bill.currency })}
          name="total"
          inputMode="decimal"
          autoComplete="off"
          required
          defaultValue={real?.total ?? ""}
          error={errorOf("total")}
        />
      </div>
      <fieldset>
        <legend className="text-sm">{t("lines")}</legend>
        <p className="text-muted text-xs">{t("linesHint")}</p>
        <div className="mt-1 grid gap-x-4 gap-y-2 sm:grid-cols-2">
          {lines.map((line) => (
            <Field
              key={line}
              label={name(line)}
              name={`${LINE}${line}`}
              autoComplete="off"
              defaultValue={entered.get(line) ?? ""}
              error={errorOf(line)}
            />
          ))}
        </div>
      </fieldset>
      <Field
        label={t("note")}
        name="note"
        maxLength={2000}
        defaultValue={real?.note ?? ""}
        error={errorOf("note")}
      />
      {save.error !== null && !isFieldFailure(save.error) && <ProblemNotice failure={save.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={save.isPending}>
          {t("save")}
        </Button>
        <Button onClick={onDone}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
