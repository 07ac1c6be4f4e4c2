"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { lasting } from "@/api/answer";
import type { DeviceState } from "@/api/types";
import { Texts } from "@/language/Texts";
import { useDevice } from "@/panels/device/useDevice";
import { Loaded } from "@/panels/Loaded";
import { PlaceNotFound } from "@/places/PlaceNotFound";
import { addressOf } from "@/places/place";
import { useTitle } from "@/shell/useTitle";
import { Choice } from "@/ui/Choice";
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
  useTitle(title);
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <Link
            href={addressOf(device)}
            prefetch={false}
            className="text-muted text-sm hover:text-ink hover:underline"
          >
            ‹ {name}
          </Link>
          <h1 className="font-semibold text-title tracking-tight">{title}</h1>
          <p className="mt-1 max-w-2xl text-muted">{t("lead")}</p>
        </div>
        <Choice label={t("range")} choices={choices} chosen={range} onChoose={setRange} />
      </div>
      {device.sources.length > 1 ? (
        <ComparisonPanels device={device.device} range={range} />
      ) : (
        <p className="py-10 text-center text-muted">{t("onlyOne")}</p>
      )}
    </div>
  );
}
