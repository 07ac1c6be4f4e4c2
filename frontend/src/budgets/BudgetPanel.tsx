"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Budget } from "@/api/types";
import { formatBillMonth } from "@/bills/months";
import { Texts } from "@/language/Texts";
import { useDevices } from "@/panels/device/useDevice";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import en from "../../messages/en/budgets.json";
import enFields from "../../messages/en/fields.json";
import ja from "../../messages/ja/budgets.json";
import jaFields from "../../messages/ja/fields.json";
import { BudgetBar } from "./BudgetBar";
import { BudgetForm } from "./BudgetForm";
import { useBudgets, useBudgetWrites } from "./useBudgets";

const TEXTS = { en: { ...en, ...enFields }, ja: { ...ja, ...jaFields } };

/** What a month may cost, for the house and for devices. */
export function BudgetPanel({ month }: { month: string }) {
  return (
    <Texts of={TEXTS}>
      <Budgets key={month} month={month} />
    </Texts>
  );
}

function Budgets({ month }: { month: string }) {
  const t = useTranslations("budgets");
  const locale = useLocale();
  const { data } = useBudgets(month);
  if (!data) return null;
  return (
    <Panel title={t("title", { month: formatBillMonth(locale, month) })}>
      {data.length === 0 && <p className="text-muted text-sm">{t("none")}</p>}
      <ul className="space-y-4">
        {data.map((budget) => (
          <OneBudget key={budget.device ?? ""} budget={budget} />
        ))}
      </ul>
      <BudgetForm month={month} />
    </Panel>
  );
}

function OneBudget({ budget }: { budget: Budget }) {
  const t = useTranslations("budgets");
  const locale = useLocale();
  const { data: devices } = useDevices();
  const { remove } = useBudgetWrites(() => undefined);
  const { device, month } = budget;
  const found = devices?.find((one) => one.device === device)?.name[locale];
  const name = device === null ? t("house") : (found ?? device);
  const params = { path: { month }, query: device ? { device } : {} };
  return (
    <li>
      <div className="mb-1 flex items-center justify-between gap-4">
        <span className="wrap-anywhere min-w-0 font-medium text-sm">{name}</span>
        <Button
          aria-label={t("deleteOf", { name })}
          disabled={remove.isPending}
          onClick={() => remove.mutate({ params })}
        >
          {t("delete")}
        </Button>
      </div>
      <BudgetBar budget={budget} />
      {remove.error !== null && <ProblemNotice failure={remove.error} />}
    </li>
  );
}
