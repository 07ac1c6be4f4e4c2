"use client";

import { useTranslations } from "use-intl";
import type { SeriesChange, ValueChange } from "@/api/types";
import { Button } from "@/ui/Button";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { useKeyName } from "./useKeyName";

/** So many changes are listed: a file of the market has thousands. */
const MAX_SHOWN = 50;

interface ChangesTableProps {
  change: SeriesChange;
  onSave: () => void;
  isSaving: boolean;
}

/** Old and new of each value, before anything is saved. */
export function ChangesTable({ change, onSave, isSaving }: ChangesTableProps) {
  const t = useTranslations("series");
  const { changes, unchanged } = change;
  if (changes.length === 0) return <p role="status">{t("nothingChanges", { unchanged })}</p>;
  return (
    <div className="space-y-3">
      <table className="w-full max-w-md" data-testid="changes">
        <caption className="pb-1 text-start text-muted">
          {t("changes", { count: changes.length, unchanged })}
        </caption>
        <TableHead>
          <ColumnTitle align="start">{t("when")}</ColumnTitle>
          <ColumnTitle align="end">{t("old")}</ColumnTitle>
          <ColumnTitle align="end">{t("new")}</ColumnTitle>
        </TableHead>
        <tbody>
          {changes.slice(0, MAX_SHOWN).map((each) => (
            <ChangeRow key={each.key} change={each} />
          ))}
        </tbody>
      </table>
      {changes.length > MAX_SHOWN && (
        <p className="text-muted">{t("more", { count: changes.length - MAX_SHOWN })}</p>
      )}
      <Button look="primary" onClick={onSave} disabled={isSaving}>
        {t("save")}
      </Button>
    </div>
  );
}

function ChangeRow({ change: { key, old, new: after } }: { change: ValueChange }) {
  const t = useTranslations("series");
  const keyName = useKeyName();
  return (
    <tr className="border-line border-b last:border-0">
      <th scope="row" className="py-1.5 pe-4 text-start font-normal">
        {keyName(key)}
      </th>
      <td className="py-1.5 ps-3 text-end text-muted">{old ?? t("none")}</td>
      <td className="py-1.5 ps-3 text-end font-semibold">{after ?? t("none")}</td>
    </tr>
  );
}
