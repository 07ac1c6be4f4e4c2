"use client";

import { useTranslations } from "use-intl";
import { LIVE } from "@/api/refresh";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { AboutDevice } from "./AboutDevice";
import { SourcesTable } from "./SourcesTable";
import { useDevice } from "./useDevice";

export function DevicePanel({ device }: { device: string }) {
  const t = useTranslations("device");
  const answer = useDevice(device);
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[3fr_2fr]">
      <Panel title={t("sources")}>
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
    </div>
  );
}
