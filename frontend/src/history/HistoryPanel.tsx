"use client";

import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Revision } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Texts } from "@/language/Texts";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import enBills from "../../messages/en/bills.json";
import en from "../../messages/en/history.json";
import jaBills from "../../messages/ja/bills.json";
import ja from "../../messages/ja/history.json";
import { useRevisionName } from "./useRevisionName";

const TEXTS = { en: { ...en, ...enBills }, ja: { ...ja, ...jaBills } };
const MAX_REVISIONS = 30;

interface HistoryPanelProps {
  /** Only changes of these; of all by default. */
  of?: Revision["object"];
}

/** Who changed what when, newest first, and undoing it. */
export function HistoryPanel({ of }: HistoryPanelProps) {
  return (
    <Texts of={TEXTS}>
      <Revisions {...(of && { of })} />
    </Texts>
  );
}

function Revisions({ of }: HistoryPanelProps) {
  const t = useTranslations("history");
  const query = { max_revisions: MAX_REVISIONS, ...(of && { object: of }) };
  const { data } = api.useQuery("get", "/api/v1/history", { params: { query } }, every(COST));
  const onSuccess = useFetchAll();
  const undo = api.useMutation("post", "/api/v1/history/{revision_id}/undo", { onSuccess });
  if (!data || data.revisions.length === 0) return null;
  return (
    <Panel title={t("title")}>
      {undo.error !== null && <ProblemNotice failure={undo.error} />}
      <ul className="divide-y divide-line text-sm" data-testid="history">
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
  const t = useTranslations("history");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const name = useRevisionName(revision);
  const { object, at, by, before, after, undone_at } = revision;
  const kind = before === null ? "added" : after === null ? "deleted" : "changed";
  const what = `${t(`objects.${object}`)} ${name}`.trim();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
      <span className="wrap-anywhere min-w-0">
        {t(`kinds.${kind}`, { what })}{" "}
        <span className="text-muted">
          {formatMoment(locale, at, time_zone)} {by}
        </span>
      </span>
      {undone_at ? (
        <span className="text-muted">{t("undone")}</span>
      ) : (
        <Button onClick={onUndo} aria-label={t("undoOf", { what })}>
          {t("undo")}
        </Button>
      )}
    </li>
  );
}
