"use client";

import { useEffect, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { parseProblem } from "@/api/problem";
import type { UnitPrice } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { isFieldFailure } from "@/ui/useFieldErrors";
import { closable, type Draft, priceInput, trialOf } from "./draft";
import { EffectOf } from "./EffectOf";
import { PricesTimeline } from "./PricesTimeline";
import { usePriceWrites } from "./usePrices";

interface PriceReviewProps {
  draft: Draft;
  changed: UnitPrice | null;
  prices: readonly UnitPrice[];
  onBack: () => void;
  /** Called when fields of the draft were refused. */
  onRefused: (failure: unknown) => void;
  onDone: () => void;
}

export function PriceReview({
  draft,
  changed,
  prices,
  onBack,
  onRefused,
  onDone,
}: PriceReviewProps) {
  const t = useTranslations("prices");
  const { time_zone, currency } = useHouse();
  const [closesOpen, setClosesOpen] = useState(false);
  const { add, change } = usePriceWrites(onDone);
  const input = priceInput(draft, time_zone);

  function save(): void {
    if (changed) change.mutate({ params: { path: { price_id: changed.id } }, body: input });
    else add.mutate({ body: { ...input, close_open_price: closesOpen } });
  }

  function offerToClose(failure: unknown) {
    const open = closable(prices, parseProblem(failure).conflictsWith, input.valid_from);
    const problem = parseProblem(failure);
    if (problem.type !== "prices-overlap") return null;
    const others = prices.filter(({ id }) => id !== changed?.id);
    const draft = { ...input, valid_to: input.valid_to ?? null, currency };
    return (
      <>
        <PricesTimeline prices={others} draft={draft} />
        {open && !changed && (
          <CloseOffer at={input.valid_from} onAccept={() => setClosesOpen(true)} />
        )}
      </>
    );
  }

  const failure = add.error ?? change.error;
  useEffect(() => {
    if (isFieldFailure(failure)) onRefused(failure);
  }, [failure, onRefused]);
  return (
    <EffectOf
      trial={trialOf(input, changed, closesOpen)}
      wayOut={offerToClose}
      onRefused={onRefused}
      buttons={(canSave) => (
        <>
          {failure && <ProblemNotice failure={failure} />}
          <div className="flex gap-2">
            {canSave && (
              <Button look="primary" onClick={save} disabled={add.isPending || change.isPending}>
                {t("save")}
              </Button>
            )}
            <Button onClick={onBack}>{t("back")}</Button>
          </div>
        </>
      )}
    />
  );
}

function CloseOffer({ at, onAccept }: { at: string; onAccept: () => void }) {
  const t = useTranslations("prices");
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (
    <div className="mt-3">
      <Button look="primary" onClick={onAccept}>
        {t("closeOpen", { moment: formatMoment(locale, at, time_zone) })}
      </Button>
    </div>
  );
}
