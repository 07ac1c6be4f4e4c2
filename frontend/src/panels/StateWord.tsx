"use client";

import { useLocale, useTranslations } from "use-intl";
import type { State } from "@/api/types";
import { formatDuration } from "@/quantities/age";

/** Shape and word besides colour: a full dot, a cross bar, an empty ring. */
export function StateDot({ state }: { state: State }) {
  const look = {
    up: "bg-up",
    down: "rounded-sm bg-down",
    silent: "border-2 border-silent",
  }[state];
  return <span aria-hidden className={`inline-block size-2.5 shrink-0 rounded-full ${look}`} />;
}

const TEXT = { up: "text-up", down: "text-down", silent: "text-silent" } as const;

interface StateWordProps {
  state: State;
  /** How long nothing has been heard, where that is known. */
  quietSeconds?: number | null;
  testId?: string;
}

export function StateWord({ state, quietSeconds, testId }: StateWordProps) {
  const t = useTranslations("state");
  const locale = useLocale();
  const isQuiet = state !== "up" && typeof quietSeconds === "number";
  return (
    <span
      data-testid={testId}
      data-value={state}
      className={`inline-flex items-center gap-2 whitespace-nowrap ${TEXT[state]}`}
    >
      <StateDot state={state} />
      {t(state)}
      {isQuiet && ` ${formatDuration(locale, quietSeconds)}`}
    </span>
  );
}
