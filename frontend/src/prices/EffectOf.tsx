"use client";

import { type ReactNode, useEffect } from "react";
import { useTranslations } from "use-intl";
import { isWorthRetrying, parseProblem } from "@/api/problem";
import type { Trial } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Skeleton } from "@/ui/Skeleton";
import { isFieldFailure } from "@/ui/useFieldErrors";
import { EffectTable } from "./EffectTable";
import { useEffectOfPrices } from "./usePrices";

interface EffectOfProps {
  trial: Trial;
  /** Called when fields of the trial were refused. */
  onRefused?: (failure: unknown) => void;
  /** Shown below a problem; it may offer a way out of it. */
  wayOut?: (failure: unknown) => ReactNode;
  /** Prices can be written while the effect cannot be computed, but not against a refusal. */
  buttons: (canSave: boolean) => ReactNode;
}

/** What a change of prices would do, or why it cannot be done or foreseen. */
export function EffectOf({ trial, onRefused, wayOut, buttons }: EffectOfProps) {
  const t = useTranslations("prices");
  const { data, error } = useEffectOfPrices(trial);
  useEffect(() => {
    if (isFieldFailure(error)) onRefused?.(error);
  }, [error, onRefused]);
  const isUnforeseen = error !== null && isWorthRetrying(parseProblem(error));
  return (
    <div className="space-y-4">
      {data && <EffectTable effect={data} />}
      {error && <ProblemNotice failure={error}>{wayOut?.(error)}</ProblemNotice>}
      {isUnforeseen && <p className="text-muted text-sm">{t("unforeseen")}</p>}
      {!data && !error && <Skeleton className="h-32 w-full" />}
      {buttons(data !== undefined || isUnforeseen)}
    </div>
  );
}
