"use client";

import { useTranslations } from "use-intl";

const KINDS = [
  "start",
  "gap",
  "glitch",
  "reset",
  "replacement",
  "moved",
  "edges",
  "other_source",
  "by_power",
] as const;

/** A kind of difference the page has words for. */
export function knownKind(kind: string): (typeof KINDS)[number] | undefined {
  return KINDS.find((known) => known === kind);
}

/** What was found, in a word; a kind the page does not know yet by its id. */
export function Finding({ finding }: { finding: string }) {
  const t = useTranslations("reconcile");
  if (finding === "agrees") return <span className="text-up">✓ {t("agrees")}</span>;
  if (finding === "unexplained") return <span className="text-down">! {t("unexplained")}</span>;
  if (finding === "nothing") return <span className="text-muted">— {t("nothing")}</span>;
  const known = knownKind(finding);
  return known ? t(`kinds.${known}`) : finding;
}
