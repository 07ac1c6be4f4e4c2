"use client";

import { useCallback, useState } from "react";
import { useTranslations } from "use-intl";
import type { UnitPrice } from "@/api/types";
import { useHouse } from "@/house/HouseProvider";
import { Dialog } from "@/ui/Dialog";
import { type Draft, draftOf, newDraft } from "./draft";
import { PriceForm } from "./PriceForm";
import { PriceReview } from "./PriceReview";

interface PriceDialogProps {
  /** The stored price to change; null to add a new one. */
  changed: UnitPrice | null;
  prices: readonly UnitPrice[];
  onClose: () => void;
}

/** First the form, then what it would do, then the deed. */
export function PriceDialog({ changed, prices, onClose }: PriceDialogProps) {
  const t = useTranslations("prices");
  const { now, time_zone } = useHouse();
  const [draft, setDraft] = useState<Draft>(() =>
    changed ? draftOf(changed, time_zone) : newDraft(now, time_zone, prices.length === 0),
  );
  const [isReview, setReview] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);

  function review(filled: Draft): void {
    setDraft(filled);
    setRefusal(null);
    setReview(true);
  }

  /** Errors of fields are shown at the fields: back to the form with them. */
  const refuse = useCallback((failure: unknown) => {
    setRefusal(failure);
    setReview(false);
  }, []);

  return (
    <Dialog title={t(changed ? "changeTitle" : "addTitle")} onClose={onClose}>
      {isReview ? (
        <PriceReview
          draft={draft}
          changed={changed}
          prices={prices}
          onBack={() => setReview(false)}
          onRefused={refuse}
          onDone={onClose}
        />
      ) : (
        <PriceForm draft={draft} refusal={refusal} onReview={review} onCancel={onClose} />
      )}
    </Dialog>
  );
}
