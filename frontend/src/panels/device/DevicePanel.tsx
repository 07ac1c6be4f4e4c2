"use client";

import { useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { addressWith } from "@/address/parameters";
import { useKept } from "@/address/useKept";
import { LIVE } from "@/api/refresh";
import type { DeviceState } from "@/api/types";
import { Texts } from "@/language/Texts";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { DeviceRegister } from "@/register/DeviceRegister";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../../messages/en/device.json";
import enFields from "../../../messages/en/fields.json";
import enPlace from "../../../messages/en/place.json";
import ja from "../../../messages/ja/device.json";
import jaFields from "../../../messages/ja/fields.json";
import jaPlace from "../../../messages/ja/place.json";
import { AboutDevice } from "./AboutDevice";
import { AvailabilityPanel } from "./AvailabilityPanel";
import { CurvesPanel } from "./CurvesPanel";
import { EventsPanel } from "./EventsPanel";
import { SourcesTable } from "./SourcesTable";
import { useDevice } from "./useDevice";

const TEXTS = {
  en: { ...en, ...enFields, ...enPlace },
  ja: { ...ja, ...jaFields, ...jaPlace },
};

export function DevicePanel({ device }: { device: string }) {
  return (
    <Texts of={TEXTS}>
      <Panels device={device} />
    </Texts>
  );
}

function Panels({ device }: { device: string }) {
  const t = useTranslations("device");
  const answer = useDevice(device);
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[3fr_2fr]">
      <Panel title={t("sources")} aside={answer.data && <CompareLink of={answer.data} />}>
        <Loaded
          answer={answer}
          skeleton={<Skeleton className="h-24 w-full" />}
          notAfterMs={LIVE.notAfterMs}
        >
          {({ sources, source }, receivedAtMs) => (
            <SourcesTable sources={sources} shown={source} receivedAtMs={receivedAtMs} />
          )}
        </Loaded>
      </Panel>
      <AboutDevice device={device} answer={answer} />
      <div className="lg:col-span-2">
        <CurvesPanel key={device} device={device} sources={answer.data?.sources ?? []} />
      </div>
      <div className="lg:col-span-2">
        <AvailabilityPanel device={device} />
      </div>
      <div className="lg:col-span-2">
        <EventsPanel device={device} />
      </div>
      <div className="empty:hidden lg:col-span-2">
        <DeviceRegister device={device} />
      </div>
    </div>
  );
}

/** Only where there is something to compare. */
function CompareLink({ of: { device, sources } }: { of: DeviceState }) {
  const t = useTranslations("device");
  const kept = useKept();
  if (sources.length < 2) return null;
  return (
    <AddressLink
      href={addressWith("/comparison", kept, { device })}
      className="tap inline-flex items-center font-medium text-accent text-sm underline"
    >
      {t("compare")}
    </AddressLink>
  );
}
