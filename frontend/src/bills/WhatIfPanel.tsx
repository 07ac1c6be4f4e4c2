"use client";

import { type FormEvent, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { WhatIf } from "@/api/types";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Money } from "@/quantities/Shown";
import { Button } from "@/ui/Button";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { useTemplates, useWhatIf } from "./useBills";

/** Any offered contract on the past of the house. */
export function WhatIfPanel() {
  const t = useTranslations("bills");
  const locale = useLocale();
  const { data: templates } = useTemplates();
  const [chosen, setChosen] = useState("");
  const { mutate, data, error, isPending } = useWhatIf();
  if (!templates || templates.length === 0) return null;
  const template = chosen || (templates[0]?.template ?? "");
  const ask = (event: FormEvent) => {
    event.preventDefault();
    mutate({ body: { template } });
  };
  return (
    <Panel title={t("whatIf")}>
      <p className="text-muted text-sm">{t("whatIfLead")}</p>
      <form onSubmit={ask} className="mt-3 flex flex-wrap items-center gap-3">
        <select
          aria-label={t("choose")}
          value={template}
          onChange={({ target }) => setChosen(target.value)}
          className="tap max-w-full rounded-md border border-line-strong bg-paper px-3 py-2"
        >
          {templates.map((each) => (
            <option key={each.template} value={each.template}>
              {each.name[locale]}
            </option>
          ))}
        </select>
        <Button type="submit" look="primary" disabled={isPending}>
          {t("try")}
        </Button>
      </form>
      {error !== null && <ProblemNotice failure={error} />}
      {data && <Periods tried={data} />}
    </Panel>
  );
}

function Periods({ tried }: { tried: WhatIf }) {
  const t = useTranslations("bills");
  const { periods, own_total, other_total, difference, currency } = tried;
  return (
    <>
      <table className="mt-4 w-full text-sm">
        <TableHead>
          <ColumnTitle align="start">{t("period")}</ColumnTitle>
          <ColumnTitle align="end">{t("own")}</ColumnTitle>
          <ColumnTitle align="end">{t("other")}</ColumnTitle>
          <ColumnTitle align="end">{t("difference")}</ColumnTitle>
        </TableHead>
        <tbody>
          {periods.map(({ own, other, difference: more }) => (
            <tr key={own.first_day} className="border-line border-b">
              <th scope="row" className="py-2 pe-4 text-start font-normal">
                {own.month ?? other.month}
              </th>
              <Amount amount={own.total} currency={currency} />
              <Amount amount={other.total} currency={currency} />
              <td className="py-2 ps-3 text-end">
                <Difference amount={more} currency={currency} />
              </td>
            </tr>
          ))}
          <tr className="font-semibold">
            <th scope="row" className="py-2 pe-4 text-start">
              {t("total")}
            </th>
            <Amount amount={own_total} currency={currency} />
            <Amount amount={other_total} currency={currency} />
            <td className="py-2 ps-3 text-end" data-testid="what-if-difference">
              <Difference amount={difference} currency={currency} />
            </td>
          </tr>
        </tbody>
      </table>
      <p className="mt-2 text-muted text-xs">{t("provisionalNote")}</p>
    </>
  );
}

interface AmountProps {
  amount: string | null;
  currency: string;
}

function Amount({ amount, currency }: AmountProps) {
  return (
    <td className="py-2 ps-3 text-end">
      <Money amount={amount} currency={currency} />
    </td>
  );
}

function Difference({ amount, currency }: AmountProps) {
  const t = useTranslations("bills");
  const locale = useLocale();
  if (amount === null) return <Money amount={null} />;
  const size = textOf(formatMoney(locale, currency, amount.replace("-", "")));
  if (Number(amount) === 0) return t("same");
  return amount.startsWith("-") ? t("cheaper", { amount: size }) : t("dearer", { amount: size });
}
