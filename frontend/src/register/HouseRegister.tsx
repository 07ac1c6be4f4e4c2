"use client";

import { useTranslations } from "use-intl";
import { together } from "@/api/answer";
import type { PlaceNode } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { devicesOf } from "@/places/tree";
import { useDeviceCosts } from "@/places/useCost";
import { HistoryList } from "./HistoryList";
import { RetiredPanel } from "./RetiredPanel";
import { useHistory, useRegister } from "./useRegister";

/** What is no longer in the configuration, and what changed in it. */
export function HouseRegister({ house }: { house: PlaceNode }) {
  const t = useTranslations("register");
  return (
    <Loaded answer={together(useRegister(), useHistory())} skeleton={null}>
      {([register, history]) => {
        const changes = withoutFirst(history);
        return (
          <>
            <Retired house={house} register={register} />
            <details className="text-sm">
              <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
                {t("changes")}
              </summary>
              <div className="mt-2 rounded-lg border border-line bg-surface px-4 py-3 sm:px-5">
                {changes.length > 0 ? (
                  <HistoryList history={changes} register={register} />
                ) : (
                  <p className="text-muted">{t("none")}</p>
                )}
              </div>
            </details>
          </>
        );
      }}
    </Loaded>
  );
}

type History = Parameters<typeof HistoryList>[0]["history"];

/** Without the devices of the first start: those were not added, they were there. */
function withoutFirst(history: History): History {
  const first = history.findLast(({ change }) => change === "added")?.at;
  return history.filter(({ change, at }) => change !== "added" || at !== first);
}

interface RetiredProps {
  house: PlaceNode;
  register: Parameters<typeof RetiredPanel>[0]["register"];
}

function Retired({ house, register }: RetiredProps) {
  const { data: cost } = useDeviceCosts({});
  const present = new Set(devicesOf(house).map(({ id }) => id));
  const rows = (cost?.rows ?? []).filter(
    ({ place, figures }) =>
      place?.device && !present.has(place.device) && Number(figures.energy_kwh ?? 0) !== 0,
  );
  return rows.length > 0 ? <RetiredPanel rows={rows} register={register} /> : null;
}
