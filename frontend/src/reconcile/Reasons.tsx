"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Reason, ReconcileRow } from "@/api/types";
import { formatClock, formatClockRange, formatRange } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import { findings } from "./differences";
import { Finding, knownKind } from "./Finding";

/** A silence as long as this needs its days said. */
const DAY_MS = 86_400_000;

/** The reasons of a row: each kind once in plain words, with every time it came. */
export function Reasons({ row }: { row: ReconcileRow }) {
  return (
    <ul className="space-y-1">
      {findings(row).map((finding) => (
        <li key={finding}>
          <Finding finding={finding} />
          <Occurrences reasons={row.reasons.filter(({ kind }) => kind === finding)} />
          <Meaning kind={finding} />
        </li>
      ))}
    </ul>
  );
}

function Meaning({ kind }: { kind: string }) {
  const t = useTranslations("reconcile.means");
  const known = knownKind(kind);
  return known ? <p className="text-muted text-xs">{t(known)}</p> : null;
}

function Occurrences({ reasons }: { reasons: readonly Reason[] }) {
  const timed = reasons.filter(({ kwh }) => kwh !== null);
  if (timed.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-3 text-xs">
      {timed.map((reason) => (
        <li key={reason.from} className="whitespace-nowrap">
          <Occurrence reason={reason} />
        </li>
      ))}
    </ul>
  );
}

function Occurrence({ reason: { from, to, kwh } }: { reason: Reason }) {
  const locale = useLocale();
  const { time_zone } = useHouse();
  const isLong = Date.parse(to) - Date.parse(from) >= DAY_MS;
  const span = isLong ? formatRange : formatClockRange;
  const when =
    from === to ? formatClock(locale, from, time_zone) : span(locale, from, to, time_zone);
  return kwh === null ? when : `${when} (${textOf(formatEnergy(locale, kwh))})`;
}
