"use client";

import { useLocale, useTranslations } from "use-intl";
import { LIVE } from "@/api/refresh";
import type { DeviceState } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { useDevices } from "@/panels/device/useDevice";
import { Loaded } from "@/panels/Loaded";
import { StateWord } from "@/panels/StateWord";
import { PlaceLink } from "@/places/PlaceLink";
import { isInside, type Place, placeFromPath } from "@/places/place";
import { useDeviceCosts } from "@/places/useCost";
import { formatTwoUnits } from "@/quantities/age";
import { Skeleton } from "@/ui/Skeleton";

/** The devices of a place that give no reading, by name: since when, and what is missing. */
export function NotUp({ place }: { place: Place }) {
  return (
    <Loaded
      answer={useDevices()}
      skeleton={<Skeleton className="h-16 w-full" />}
      notAfterMs={LIVE.notAfterMs}
      problem={() => null}
    >
      {(devices) => (
        <ul className="space-y-3" data-testid="not-up">
          {devices
            .filter((device) => device.state !== "up" && isInside(placeFromPath(device), place))
            .map((device) => (
              <Entry key={device.device} device={device} place={place} />
            ))}
        </ul>
      )}
    </Loaded>
  );
}

function Entry({ device, place }: { device: DeviceState; place: Place }) {
  const t = useTranslations("notices");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { state, at, age_seconds, name } = device;
  return (
    <li className="text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <PlaceLink place={placeFromPath(device)} className="font-medium text-accent underline">
          {name[locale]}
        </PlaceLink>
        <StateWord state={state} silentSeconds={age_seconds} />
      </div>
      <p className="text-muted">
        {at ? (
          <time dateTime={at}>{t("since", { moment: formatMoment(locale, at, time_zone) })}</time>
        ) : (
          t("never")
        )}
        <Missing device={device.device} place={place} />
      </p>
    </li>
  );
}

/** How much of the period is not measured: its energy is in no figure. */
function Missing({ device, place }: { device: string; place: Place }) {
  const t = useTranslations("notices");
  const locale = useLocale();
  const { data } = useDeviceCosts(place);
  const rows = place.device ? data && [{ figures: data.total }] : data?.rows;
  const row = place.device
    ? rows?.[0]
    : data?.rows.find(({ place: path }) => path?.device === device);
  const seconds = row?.figures.coverage.missing_seconds ?? 0;
  if (seconds < 1) return null;
  return <span> · {t("missing", { duration: formatTwoUnits(locale, seconds) })}</span>;
}
