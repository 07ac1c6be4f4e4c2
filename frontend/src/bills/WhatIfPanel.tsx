"use client";

import { type FormEvent, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { WhatIf } from "@/api/types";
import { useContracts } from "@/contracts/useContracts";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Money } from "@/quantities/Shown";
import { Button } from "@/ui/Button";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { formatBillMonth } from "./months";
import { useTemplates, useWhatIf } from "./useBills";
import { Why } from "./Why";

/** Any contract, offered or the house's own, on the past of the house. */
export function WhatIfPanel() {
  const t = useTranslations("bills");
  const locale = useLocale();
  const { data: templates } = useTemplates();
  const { data: contracts } = useContracts();
  const [chosen, setChosen] = useState("");
  const { mutate, data, error, isPending } = useWhatIf();
  if (!templates || !contracts || templates.length + contracts.length === 0) return null;
  const offered = templates.map((each) => ({
    key: `template ${each.template}`,
    name: each.name[locale],
    body: { template: each.template },
  }));
  const own = contracts
    .filter(({ statement }) => statement === "import")
    .map(({ id, name }) => ({ key: `contract ${id}`, name, body: { contract_id: id } }));
  const choices = [...offered, ...own];
  const choice = choices.find(({ key }) => key === chosen) ?? choices[0];
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (choice) mutate({ body: choice.body });
  };
  return (
    <Panel title={t("whatIf")}>
      <p className="text-muted text-sm">{t("whatIfLead")}</p>
      <form onSubmit={ask} className="mt-3 flex flex-wrap items-center gap-3">
        <select
          aria-label={t("choose")}
          value={choice?.key}
          onChange={({ target }) => setChosen(target.value)}
          className="tap max-w-full rounded-md border border-line-strong bg-paper px-3 py-2"
        >
          <Group label={t("offered")} choices={offered} />
          <Group label={t("ownContracts")} choices={own} />
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

interface GroupProps {
  label: string;
  choices: readonly { key: string; name: string }[];
}

function Group({ label, choices }: GroupProps) {
  if (choices.length === 0) return null;
  return (
    <optgroup label={label}>
      {choices.map(({ key, name }) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </optgroup>
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
                <Month month={own.month ?? other.month} />
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
      <Why tried={tried} />
    </>
  );
}

function Month({ month }: { month: string | null }) {
  const locale = useLocale();
  return month === null ? "—" : formatBillMonth(locale, month);
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
