"use client";

import { useLocale, useTranslations } from "use-intl";
import type { State } from "@/api/types";
import { formatDuration } from "@/quantities/age";

const TEXT = { up: "text-up", down: "text-down", silent: "text-silent" } as const;

/** Shape and word besides colour: a full dot, a crossed square, an empty ring. */
export function StateDot({ state }: { state: State }) {
  return (
    <svg aria-hidden viewBox="0 0 12 12" className={`size-3 shrink-0 ${TEXT[state]}`}>
      {state === "up" && <circle cx="6" cy="6" r="5" fill="currentColor" />}
      {state === "down" && (
        <path d="M1.5 1.5 10.5 10.5M10.5 1.5 1.5 10.5" stroke="currentColor" strokeWidth="2.5" />
      )}
      {state === "silent" && (
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="2" />
      )}
    </svg>
  );
}

interface StateWordProps {
  state: State;
  /** How long ago the last reading was, where that is known. */
  silentSeconds?: number | null;
  testId?: string;
}

export function StateWord({ state, silentSeconds, testId }: StateWordProps) {
  const t = useTranslations("state");
  const locale = useLocale();
  const isSilent = state !== "up" && typeof silentSeconds === "number";
  return (
    <span
      data-testid={testId}
      data-value={state}
      className={`inline-flex items-center gap-2 whitespace-nowrap ${TEXT[state]}`}
    >
      <StateDot state={state} />
      {t(state)}
      {isSilent && ` ${formatDuration(locale, silentSeconds)}`}
    </span>
  );
}
