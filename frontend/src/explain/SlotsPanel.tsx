"use client";

import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { Explanation } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import type { Question } from "./address";
import { SlotsTable } from "./SlotsTable";
import { A_DAY_OF_SLOTS, MOST_SLOTS, useExplanation } from "./useExplanation";

export function SlotsPanel({ question }: { question: Question }) {
  const t = useTranslations("explain.slots");
  const [mostSlots, setMostSlots] = useState(A_DAY_OF_SLOTS);
  const answer = useExplanation(question, mostSlots);
  return (
    <Panel title={t("title")}>
      <Loaded
        answer={answer}
        skeleton={<Skeleton className="h-96 w-full" />}
        notAfterMs={COST.notAfterMs}
      >
        {(path) => (
          <>
            <LeftOut path={path} onMore={() => setMostSlots(MOST_SLOTS)} />
            <SlotsTable slots={path.slots} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** Nobody should take a part of the slots for all of them. */
function LeftOut({ path, onMore }: { path: Explanation; onMore: () => void }) {
  const t = useTranslations("explain.slots");
  const format = new Intl.NumberFormat(useLocale());
  const shown = path.slots.length;
  const all = shown + path.slots_left_out;
  if (shown === all) return null;
  const more =
    all <= MOST_SLOTS
      ? t("listAll", { all: format.format(all) })
      : t("listMore", { most: format.format(MOST_SLOTS) });
  return (
    <div className="mb-2 flex flex-wrap items-center gap-3 text-sm">
      <p>{t("leftOut", { shown: format.format(shown), all: format.format(all) })}</p>
      {shown < MOST_SLOTS && <Button onClick={onMore}>{more}</Button>}
    </div>
  );
}
