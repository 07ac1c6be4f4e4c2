"use client";

import { useSearchParams } from "next/navigation";
import { useLocale, useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { lasting, together } from "@/api/answer";
import { COST } from "@/api/refresh";
import type { DeviceState, Explanation } from "@/api/types";
import { Texts } from "@/language/Texts";
import { useDevice } from "@/panels/device/useDevice";
import { Loaded } from "@/panels/Loaded";
import { PlaceSkeleton } from "@/places/PlaceSkeleton";
import { reconcileAddress } from "@/reconcile/address";
import { BackLink } from "@/ui/BackLink";
import { PageHeading } from "@/ui/PageHeading";
import en from "../../messages/en/explain.json";
import ja from "../../messages/ja/explain.json";
import { type Question, questionFromQuery } from "./address";
import { EdgeReadings } from "./EdgeReadings";
import { HowWellKnown } from "./HowWellKnown";
import { PriceSteps } from "./PriceSteps";
import { Sentence } from "./Sentence";
import { SlotsPanel } from "./SlotsPanel";
import { useExplanation } from "./useExplanation";

const TEXTS = { en, ja };

/** The path of the number that the address names, back to readings and prices. */
export function ExplainPage() {
  return (
    <Texts of={TEXTS}>
      <Asked />
    </Texts>
  );
}

function Asked() {
  const t = useTranslations("explain");
  const question = questionFromQuery(useSearchParams());
  return question ? (
    <Path question={question} />
  ) : (
    <PageHeading title={t("title")} lead={t("incomplete")} />
  );
}

function Path({ question }: { question: Question }) {
  const explanation = useExplanation(question, 1);
  const device = useDevice(question.device);
  return (
    <Loaded
      answer={together(explanation, lasting(device))}
      skeleton={<PlaceSkeleton />}
      notAfterMs={COST.notAfterMs}
    >
      {([path, known]) => (
        <div className="space-y-6">
          <Heading path={path} device={known} />
          <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
            <PriceSteps prices={path.prices} total={path.total} currency={path.currency} />
            <HowWellKnown figures={path.total} />
          </div>
          <EdgeReadings readings={path.readings} />
          <SlotsPanel question={question} />
          <OtherWays question={question} />
        </div>
      )}
    </Loaded>
  );
}

function Heading({ path, device }: { path: Explanation; device: DeviceState }) {
  const t = useTranslations("explain");
  const name = device.name[useLocale()];
  return (
    <>
      <PageHeading title={t("title")} above={<BackLink place={device}>{name}</BackLink>} />
      <Sentence path={path} name={name} />
    </>
  );
}

function OtherWays({ question }: { question: Question }) {
  const t = useTranslations("explain");
  return (
    <p className="text-sm">
      <AddressLink href={reconcileAddress(question)} className="text-accent underline">
        {t("otherWays")}
      </AddressLink>
    </p>
  );
}
