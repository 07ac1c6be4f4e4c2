"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { lazy, Suspense } from "react";
import { useLocale, useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { COST } from "@/api/refresh";
import type { Bill } from "@/api/types";
import { Texts } from "@/language/Texts";
import { Loaded } from "@/panels/Loaded";
import { PageHeading } from "@/ui/PageHeading";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../messages/en/bills.json";
import ja from "../../messages/ja/bills.json";
import { BillPanel } from "./BillPanel";
import { ForecastPanel } from "./ForecastPanel";
import { formatDays } from "./months";
import { SharesPanel } from "./SharesPanel";
import { useBill, useBillList } from "./useBills";
import { WhatIfPanel } from "./WhatIfPanel";

const TEXTS = { en, ja };

// Below the bill itself.
const BudgetPanel = lazy(() =>
  import("@/budgets/BudgetPanel").then((file) => ({ default: file.BudgetPanel })),
);
const RealBillPanel = lazy(() =>
  import("./RealBillPanel").then((file) => ({ default: file.RealBillPanel })),
);

export function BillsPage() {
  return (
    <Texts of={TEXTS}>
      <Bills />
    </Texts>
  );
}

function Bills() {
  const t = useTranslations("bills");
  const answer = useBillList();
  const waiting = <Skeleton className="h-72 w-full rounded-lg" />;
  return (
    <Loaded answer={answer} skeleton={waiting} notAfterMs={COST.notAfterMs}>
      {(bills) => (
        <div className="space-y-6">
          <PageHeading
            title={t("title")}
            lead={t("lead")}
            aside={<PeriodChoice bills={bills.filter(hasContract)} />}
          />
          {bills.some(hasContract) ? <Chosen bills={bills} /> : <NoContract />}
        </div>
      )}
    </Loaded>
  );
}

function hasContract({ parts }: Bill) {
  return parts.length > 0;
}

function NoContract() {
  const t = useTranslations("bills");
  return (
    <p className="py-10 text-center text-muted">
      {t("noContract")}{" "}
      <AddressLink href="/contracts" className="text-accent underline">
        {t("addContract")}
      </AddressLink>
    </p>
  );
}

/** The period of the address; else the newest one. */
function useChosen(bills: readonly Bill[]): string {
  const wanted = useSearchParams().get("period");
  return wanted ?? bills.findLast(hasContract)?.first_day ?? "current";
}

function PeriodChoice({ bills }: { bills: readonly Bill[] }) {
  const t = useTranslations("bills");
  const router = useRouter();
  const locale = useLocale();
  const chosen = useChosen(bills);
  if (bills.length === 0) return null;
  return (
    <label className="text-muted text-sm">
      {t("period")}
      <select
        value={chosen}
        onChange={({ target }) => router.push(`/bills?period=${target.value}`)}
        className="tap ms-2 rounded-md border border-line-strong bg-paper px-3 py-2 text-ink"
      >
        {bills.toReversed().map(({ first_day, end_day }) => (
          <option key={first_day} value={first_day}>
            {formatDays(locale, first_day, end_day)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Chosen({ bills }: { bills: readonly Bill[] }) {
  const period = useChosen(bills);
  const answer = useBill(period);
  const waiting = <Skeleton className="h-96 w-full rounded-lg" />;
  return (
    <Loaded answer={answer} skeleton={waiting} notAfterMs={COST.notAfterMs}>
      {({ bill, sold }) => (
        <div className="space-y-6">
          {/* The shares are many lines: what follows the bill stands beside them, not below. */}
          <div className="grid items-start gap-6 lg:grid-cols-2 lg:grid-rows-[auto_1fr]">
            <div className="space-y-6">
              <BillPanel bill={bill} />
              {sold && <BillPanel bill={sold} />}
              {bill.reasons.includes("period_open") && <ForecastPanel period={bill.first_day} />}
            </div>
            {bill.shares && (
              <div className="lg:row-span-2">
                <SharesPanel bill={bill} shares={bill.shares} />
              </div>
            )}
            <div className="space-y-6">
              <Suspense fallback={<Skeleton className="h-48 w-full rounded-lg" />}>
                {bill.month && <BudgetPanel month={bill.month} />}
                <RealBillPanel bill={bill} />
                {sold && <RealBillPanel bill={sold} />}
              </Suspense>
            </div>
          </div>
          <WhatIfPanel />
        </div>
      )}
    </Loaded>
  );
}
