"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Revision } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { useContractWrites, useHistory } from "./useContracts";

/** Who changed what when, newest first, and undoing it. */
export function HistoryPanel() {
  const t = useTranslations("contracts");
  const { data } = useHistory();
  const { undo } = useContractWrites(() => undefined);
  if (!data || data.revisions.length === 0) return null;
  return (
    <Panel title={t("history")}>
      {undo.error !== null && <ProblemNotice failure={undo.error} />}
      <ul className="divide-y divide-line text-sm">
        {data.revisions.map((revision) => (
          <Change
            key={revision.id}
            revision={revision}
            onUndo={() => undo.mutate({ params: { path: { revision_id: revision.id } } })}
          />
        ))}
      </ul>
    </Panel>
  );
}

function Change({ revision, onUndo }: { revision: Revision; onUndo: () => void }) {
  const t = useTranslations("contracts");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { object, key, at, by, before, after, undone_at } = revision;
  // There is one list of reading days: it needs no name.
  const named = object === "reading_dates" ? "" : key;
  const kind = before === null ? "added" : after === null ? "deleted" : "changed";
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
      <span>
        {t(`objects.${object}`)} {named} {t(`kinds.${kind}`)}{" "}
        <span className="text-muted">
          {formatMoment(locale, at, time_zone)} {by}
        </span>
      </span>
      {undone_at ? (
        <span className="text-muted">{t("undone")}</span>
      ) : (
        <Button onClick={onUndo}>{t("undo")}</Button>
      )}
    </li>
  );
}
