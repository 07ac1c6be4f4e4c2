"use client";

import { useLocale, useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { PlaceLink } from "@/places/PlaceLink";
import { addressOf, type Place, placeFromPath } from "@/places/place";
import { devicesOf, placeOf } from "@/places/tree";
import { useDeviceCosts } from "@/places/useCost";
import { usePlaces } from "@/places/usePlaces";
import { formatTwoUnits } from "@/quantities/age";
import { isPartial } from "@/quantities/coverage";

/** More names than these do not help; the rows below have all. */
const MAX_NAMES = 3;

/** The devices whose period is not whole, by name and with how long nothing was measured. */
export function IncompleteDevices({ place }: { place: Place }) {
  const t = useTranslations("quantity");
  const locale = useLocale();
  const gaps = useGaps(place);
  if (place.device || gaps.length === 0) return null;
  const more = gaps.length - MAX_NAMES;
  return (
    <div>
      <p>{t("incompleteDevices", { count: gaps.length })}</p>
      <ul data-testid="incomplete-devices">
        {gaps.slice(0, MAX_NAMES).map(({ node, missingSeconds }) => (
          <li key={addressOf(placeOf(node))}>
            <PlaceLink place={placeOf(node)} className="text-accent underline">
              {node.name[locale]}
            </PlaceLink>{" "}
            {t("missingFor", { duration: formatTwoUnits(locale, missingSeconds) })}
          </li>
        ))}
        {more > 0 && <li>{t("moreDevices", { count: more })}</li>}
      </ul>
    </div>
  );
}

interface Gap {
  node: PlaceNode;
  missingSeconds: number;
}

/** Devices of a place with gaps in the period, the longest gap first. */
function useGaps(place: Place): Gap[] {
  const { data: cost } = useDeviceCosts(place);
  const { data: house } = usePlaces();
  if (!cost || !house) return [];
  const nodes = new Map(devicesOf(house).map((node) => [addressOf(placeOf(node)), node]));
  return cost.rows
    .filter(({ figures }) => isPartial(figures))
    .flatMap(({ place: path, figures }) => {
      const node = path && nodes.get(addressOf(placeFromPath(path)));
      return node ? [{ node, missingSeconds: figures.coverage.missing_seconds }] : [];
    })
    .toSorted((a, b) => b.missingSeconds - a.missingSeconds);
}
