"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Comparison, VerdictReason } from "@/api/types";
import { useSourceName } from "@/panels/device/SourceName";
import { formatEnergy } from "@/quantities/energy";
import { formatPower } from "@/quantities/power";
import { textOf } from "@/quantities/quantity";
import { formatAvailability, formatSeconds } from "./figures";

/** What to do, in one line, and the numbers it rests on. */
export function Verdict({ comparison }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  const { verdict } = comparison;
  const names = useNames(comparison);
  const better = verdict.prefer ? names[verdict.prefer] : "";
  return (
    <div data-testid="verdict" data-value={verdict.kind}>
      <p className="font-semibold text-lg tracking-tight">
        {t(`verdicts.${verdict.kind}.title`, { better })}
      </p>
      <p className="mt-1 max-w-3xl text-muted">{t(`verdicts.${verdict.kind}.text`)}</p>
      {verdict.reasons.length > 0 && (
        <ul className="mt-3 space-y-1.5 text-sm">
          {verdict.reasons.map((reason) => (
            <Reason key={reason.kind} reason={reason} names={names} />
          ))}
        </ul>
      )}
    </div>
  );
}

type Names = Record<"a" | "b", string>;

function useNames({ a, b }: Comparison): Names {
  const name = useSourceName();
  return { a: name(a.source), b: name(b.source) };
}

function Reason({ reason, names }: { reason: VerdictReason; names: Names }) {
  const t = useTranslations("comparison");
  const locale = useLocale();
  const { kind, better } = reason;
  const shown = {
    ...names,
    aFigure: figure(locale, kind, reason.a),
    bFigure: figure(locale, kind, reason.b),
  };
  return (
    <li className="flex flex-wrap items-baseline gap-x-2">
      <span>{t(`reasons.${kind}`, shown)}</span>
      {better && <span className="text-accent">{t("speaksFor", { source: names[better] })}</span>}
    </li>
  );
}

function figure(locale: string, kind: VerdictReason["kind"], value: number): string {
  switch (kind) {
    case "availability":
      return formatAvailability(locale, value);
    case "recovery":
    case "lag":
      return formatSeconds(locale, value);
    case "watts":
      return textOf(formatPower(locale, value));
    case "energy":
      return textOf(formatEnergy(locale, String(value)));
  }
}
