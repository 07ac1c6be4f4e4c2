"use client";

import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Explanation } from "@/api/types";
import { numberFormat } from "@/language/formats";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import type { Question } from "./address";
import { PowerCurve } from "./PowerCurve";
import { SlotsTable } from "./SlotsTable";
import { A_DAY_OF_SLOTS, MAX_SLOTS, useExplanation } from "./useExplanation";

export function SlotsPanel({ question }: { question: Question }) {
  const t = useTranslations("explain.slots");
  const [maxSlots, setMaxSlots] = useState(A_DAY_OF_SLOTS);
  const answer = useExplanation(question, maxSlots);
  return (
    <Panel title={t("title")}>
      <Loaded
        answer={answer}
        skeleton={<Skeleton className="h-96 w-full" />}
        notAfterMs={COST.notAfterMs}
      >
        {(path) => (
          <>
            <PowerCurve question={question} path={path} />
            <details className="mt-3">
              <summary className="tap flex w-fit cursor-pointer items-center text-accent text-sm">
                {t("digits")}
              </summary>
              <LeftOut path={path} onMore={() => setMaxSlots(MAX_SLOTS)} />
              <SlotsTable slots={path.slots} />
            </details>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** A part of the slots never passes for all of them. */
function LeftOut({ path, onMore }: { path: Explanation; onMore: () => void }) {
  const t = useTranslations("explain.slots");
  const format = numberFormat(useLocale());
  const shown = path.slots.length;
  const all = shown + path.slots_left_out;
  if (shown === all) return null;
  const more =
    all <= MAX_SLOTS
      ? t("listAll", { all: format.format(all) })
      : t("listMore", { most: format.format(MAX_SLOTS) });
  return (
    <div className="mb-2 flex flex-wrap items-center gap-3 text-sm">
      <p>{t("leftOut", { shown: format.format(shown), all: format.format(all) })}</p>
      {shown < MAX_SLOTS && <Button onClick={onMore}>{more}</Button>}
    </div>
  );
}
