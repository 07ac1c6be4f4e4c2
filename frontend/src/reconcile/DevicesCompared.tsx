"use client";

import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { DeviceState, ReconcileRow } from "@/api/types";
import { CostValue } from "@/panels/CostValue";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import { Energy } from "@/quantities/Shown";
import type { ReconcileQuestion } from "./address";
import { DayRows } from "./DayRows";
import { countFindings } from "./differences";
import { Finding } from "./Finding";
import { byDifference, type Compared } from "./totals";

interface DevicesComparedProps {
  question: ReconcileQuestion;
  rows: readonly ReconcileRow[];
  devices: readonly DeviceState[];
  areOpen: boolean;
}

/** What the days came to, then the devices with differences; those that agree are one line. */
export function DevicesCompared({ question, rows, devices, areOpen }: DevicesComparedProps) {
  const t = useTranslations("reconcile");
  const compared = byDifference(rows);
  const differing = compared.filter(({ isDiffering }) => isDiffering);
  const unknown = compared.filter(({ isUnknown }) => isUnknown);
  const agreeing = compared.filter(({ isDiffering, isUnknown }) => !isDiffering && !isUnknown);
  return (
    <div className="space-y-4">
      <Totals question={question} />
      <h2 className="font-semibold">
        {unknown.length < compared.length
          ? t("differing", { count: differing.length })
          : t("empty")}
      </h2>
      <List compared={differing} devices={devices} areOpen={areOpen} />
      {agreeing.length > 0 && (
        <details open={areOpen}>
          <summary className="tap flex w-fit cursor-pointer items-center text-up">
            ✓ {t("agreeing", { count: agreeing.length })}
          </summary>
          <List compared={agreeing} devices={devices} areOpen={areOpen} />
        </details>
      )}
      {unknown.length > 0 && (
        <details open={areOpen}>
          <summary className="tap flex w-fit cursor-pointer items-center text-muted">
            — {t("unknown", { count: unknown.length })}
          </summary>
          <List compared={unknown} devices={devices} areOpen={areOpen} />
        </details>
      )}
    </div>
  );
}

/** Energy and cost of the days by the ledger. */
function Totals({ question }: { question: ReconcileQuestion }) {
  const t = useTranslations("reconcile");
  const { data } = api.useQuery(
    "get",
    "/api/v1/cost",
    { params: { query: question } },
    every(COST),
  );
  if (!data) return null;
  return (
    <dl className="flex flex-wrap items-baseline gap-x-6 gap-y-1">
      <dt className="text-muted text-sm">{t("totals")}</dt>
      <dd className="font-semibold text-figure">
        <CostValue figures={data.total} />
      </dd>
      <dd>
        <Energy kwh={data.total.energy_kwh} />
      </dd>
    </dl>
  );
}

interface ListProps {
  compared: readonly Compared[];
  devices: readonly DeviceState[];
  areOpen: boolean;
}

function List({ compared, devices, areOpen }: ListProps) {
  if (compared.length === 0) return null;
  return (
    <div className="mt-2 divide-y divide-line rounded-lg border border-line bg-surface">
      {compared.map((one) => (
        <Device
          key={one.device}
          compared={one}
          device={devices.find(({ device }) => device === one.device)}
          isOpen={areOpen}
        />
      ))}
    </div>
  );
}

interface DeviceProps {
  compared: Compared;
  device: DeviceState | undefined;
  isOpen: boolean;
}

function Device({ compared: { rows, largestKwh, ...compared }, device, isOpen }: DeviceProps) {
  const t = useTranslations("reconcile");
  const locale = useLocale();
  return (
    <details open={isOpen} className="px-4 sm:px-5">
      <summary className="cursor-pointer py-3">
        <h3 className="wrap-anywhere inline font-semibold">
          {device?.name[locale] ?? compared.device}
        </h3>
        <Findings rows={rows} />
        {largestKwh > 0 && (
          <span className="ms-4 inline-block text-muted text-sm">
            {t("largest")} {textOf(formatEnergy(locale, String(largestKwh)))}
          </span>
        )}
      </summary>
      <DayRows rows={rows} areSeveral={new Set(rows.map(({ source }) => source)).size > 1} />
    </details>
  );
}

function Findings({ rows }: { rows: readonly ReconcileRow[] }) {
  const t = useTranslations("reconcile");
  return (
    <ul className="ms-4 inline-flex flex-wrap gap-x-4 align-bottom text-sm">
      {[...countFindings(rows)].map(([finding, count]) => (
        <li key={finding}>
          <Finding finding={finding} />{" "}
          <span className="text-muted text-xs">{t("days", { count })}</span>
        </li>
      ))}
    </ul>
  );
}
