"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { lasting } from "@/api/answer";
import type { DeviceState } from "@/api/types";
import { Texts } from "@/language/Texts";
import { useDevice } from "@/panels/device/useDevice";
import { Loaded } from "@/panels/Loaded";
import { PlaceNotFound } from "@/places/PlaceNotFound";
import { BackLink } from "@/ui/BackLink";
import { Choice } from "@/ui/Choice";
import { PageHeading } from "@/ui/PageHeading";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../messages/en/comparison.json";
import ja from "../../messages/ja/comparison.json";
import { ComparisonPanels } from "./ComparisonPanels";
import { RANGES, type RangeName } from "./range";

const TEXTS = { en, ja };

/** Two sources of the device that the address names, beside each other. */
export function ComparisonPage() {
  return (
    <Texts of={TEXTS}>
      <Asked />
    </Texts>
  );
}

function Asked() {
  const device = useSearchParams().get("device");
  return device ? <OfDevice device={device} /> : <PlaceNotFound />;
}

function OfDevice({ device }: { device: string }) {
  return (
    <Loaded answer={lasting(useDevice(device))} skeleton={<Skeleton className="h-8 w-64" />}>
      {(known) => <Compared device={known} />}
    </Loaded>
  );
}

function Compared({ device }: { device: DeviceState }) {
  const t = useTranslations("comparison");
  const locale = useLocale();
  const [range, setRange] = useState<RangeName>("week");
  const name = device.name[locale];
  const title = t("title", { device: name });
  const choices = RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }));
  return (
    <div className="space-y-6">
      <PageHeading
        title={title}
        lead={t("lead")}
        above={<BackLink place={device}>{name}</BackLink>}
        aside={<Choice label={t("range")} choices={choices} chosen={range} onChoose={setRange} />}
      />
      {device.sources.length > 1 ? (
        <ComparisonPanels key={range} device={device.device} range={range} />
      ) : (
        <p className="py-10 text-center text-muted">{t("onlyOne")}</p>
      )}
    </div>
  );
}
