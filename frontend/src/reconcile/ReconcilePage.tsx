"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { lasting, together } from "@/api/answer";
import { CHECKED } from "@/api/refresh";
import { lastDays } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import { Texts } from "@/language/Texts";
import { useDevices } from "@/panels/device/useDevice";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { PlaceSkeleton } from "@/places/PlaceSkeleton";
import { PageHeading } from "@/ui/PageHeading";
import en from "../../messages/en/reconcile.json";
import ja from "../../messages/ja/reconcile.json";
import { type ReconcileQuestion, reconcileAddress, reconcileFromQuery } from "./address";
import { DaysForm } from "./DaysForm";
import { DevicesCompared } from "./DevicesCompared";
import { useReconciliation } from "./useReconciliation";
import { Ways } from "./Ways";

const TEXTS = { en, ja };

const DAYS = 7;

export function ReconcilePage() {
  return (
    <Texts of={TEXTS}>
      <Reconciled />
    </Texts>
  );
}

function Reconciled() {
  const t = useTranslations("reconcile");
  const router = useRouter();
  const { now, time_zone } = useHouse();
  const { range, device } = reconcileFromQuery(useSearchParams());
  const question = { ...(range ?? lastDays(now, time_zone, DAYS)), ...(device && { device }) };
  return (
    <div className="space-y-6">
      <PageHeading title={t("title")} lead={t("lead")} />
      <DaysForm
        key={reconcileAddress(question)}
        question={question}
        onAsk={(asked) => router.push(reconcileAddress(asked))}
      />
      <Compared question={question} />
      <Panel title={t("ways")}>
        <Ways />
      </Panel>
    </div>
  );
}

function Compared({ question }: { question: ReconcileQuestion }) {
  const t = useTranslations("reconcile");
  const reconciliation = useReconciliation(question);
  const devices = useDevices();
  return (
    <Loaded
      answer={together(reconciliation, lasting(devices))}
      skeleton={<PlaceSkeleton />}
      notAfterMs={CHECKED.notAfterMs}
      isEmpty={([{ rows }]) => rows.length === 0}
      empty={<p className="py-10 text-center text-muted">{t("empty")}</p>}
    >
      {([{ rows }, known]) => (
        <DevicesCompared
          question={question}
          rows={rows}
          devices={known}
          areOpen={question.device !== undefined}
        />
      )}
    </Loaded>
  );
}
