"use client";

import { useTranslations } from "use-intl";
import type { Bill } from "@/api/types";
import { Panel } from "@/panels/Panel";
import { Energy, Money } from "@/quantities/Shown";
import { useLineName } from "./names";
import { useMissing } from "./useMissing";

/** The lines of a bill, its total, and what it rests on. */
export function BillPanel({ bill }: { bill: Bill }) {
  const t = useTranslations("bills");
  const isOpen = bill.reasons.includes("period_open");
  return (
    <Panel
      title={bill.statement === "export" ? t("sold") : t("lines")}
      aside={
        <span className="rounded-full bg-sunken px-2 py-0.5 font-medium text-muted text-xs">
          {t(`state.${bill.state}`)}
        </span>
      }
    >
      <p className="font-semibold text-figure">
        <Money amount={bill.total} currency={bill.currency} testId="bill-total" />
        {isOpen && <span className="ms-2 font-normal text-muted text-sm">{t("soFar")}</span>}
      </p>
      <Lines bill={bill} />
      <Notes bill={bill} />
    </Panel>
  );
}

function Lines({ bill }: { bill: Bill }) {
  const t = useTranslations("bills");
  const name = useLineName();
  const lacking = useMissing();
  const bands = Object.entries(bill.billed_kwh);
  return (
    <dl className="mt-3 divide-y divide-line text-sm">
      {bands.map(([band, kwh]) => (
        <div key={band} className="flex justify-between gap-4 py-2 text-muted">
          <dt>{band === "all" ? t("kwh") : name(band)}</dt>
          <dd>
            <Energy kwh={kwh} />
          </dd>
        </div>
      ))}
      {bill.lines.map((line) => (
        <div key={line.name} className="flex justify-between gap-4 py-2">
          <dt>{name(line.name)}</dt>
          <dd>
            <Money
              amount={line.amount}
              currency={bill.currency}
              {...(line.missing[0] && { why: lacking(line.missing[0]) })}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Notes({ bill }: { bill: Bill }) {
  const t = useTranslations("bills");
  const lacking = useMissing();
  const meters = new Set(bill.parts.map(({ rests_on }) => rests_on));
  return (
    <ul className="mt-3 space-y-1 text-muted text-sm">
      {bill.reasons.map((reason) => (
        <li key={reason}>
          {t(`reasons.${reason}`)}
          {reason === "rate_missing" && <Missing names={bill.missing.map(lacking)} />}
        </li>
      ))}
      {[...meters].map((meter) => meter && <li key={meter}>{t(`restsOn.${meter}`)}</li>)}
    </ul>
  );
}

function Missing({ names }: { names: readonly string[] }) {
  return (
    <ul className="ms-5 list-disc">
      {[...new Set(names)].map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
}
