"use client";

import { useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { PlaceNode } from "@/api/types";
import { useHouse } from "@/house/HouseProvider";
import { Texts } from "@/language/Texts";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { rangeOf } from "@/period/period";
import { usePeriod } from "@/period/usePeriod";
import { placeOf } from "@/places/tree";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../../messages/en/place.json";
import ja from "../../../messages/ja/place.json";
import { api } from "../../api/client";
import { every } from "../../api/refresh";
import { HeatMap } from "./HeatMap";

const TEXTS = { en, ja };

/** At what hours of the week a place uses energy, on average over the period. */
export function HoursPanel({ node }: { node: PlaceNode }) {
  return (
    <Texts of={TEXTS}>
      <Hours node={node} />
    </Texts>
  );
}

function Hours({ node }: { node: PlaceNode }) {
  const t = useTranslations("hours");
  const { time_zone } = useHouse();
  const query = { ...rangeOf(usePeriod(), time_zone), ...placeOf(node) };
  const answer = api.useQuery("get", "/api/v1/week_hours", { params: { query } }, every(COST));
  return (
    <Panel title={t("title")}>
      <Loaded
        answer={answer}
        skeleton={<Skeleton className="h-56 w-full" />}
        notAfterMs={COST.notAfterMs}
        isEmpty={({ hours }) => hours.every(({ figures }) => figures.energy_kwh === null)}
        empty={<p className="py-16 text-center text-muted">{t("empty")}</p>}
      >
        {(data) => <HeatMap data={data} />}
      </Loaded>
    </Panel>
  );
}
