"use client";

import { useLocale, useTranslations } from "use-intl";
import type { HistoryRow, RegisteredDevice } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { useDeviceName, useNote } from "./names";
import { useCorrections } from "./useRegister";

interface HistoryListProps {
  history: readonly HistoryRow[];
  register?: readonly RegisteredDevice[];
}

/** What changed, when and by whom; a correction is undone by one click. */
export function HistoryList({ history, register = [] }: HistoryListProps) {
  const { undo } = useCorrections();
  return (
    <>
      <ol className="space-y-2 text-sm" data-testid="register-history">
        {history.map((row) => (
          <Row
            key={`${row.at} ${row.device} ${row.change} ${row.correction_id}`}
            row={row}
            register={register}
            isUndoing={undo.isPending}
            onUndo={(id) => undo.mutate({ params: { path: { correction_id: id } } })}
          />
        ))}
      </ol>
      {undo.error && <ProblemNotice failure={undo.error} />}
    </>
  );
}

interface RowProps {
  row: HistoryRow;
  register: readonly RegisteredDevice[];
  isUndoing: boolean;
  onUndo: (id: number) => void;
}

function Row({ row, register, isUndoing, onUndo }: RowProps) {
  const t = useTranslations("register");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const deviceName = useDeviceName(register);
  const { change, correction_id, undone_at, by } = row;
  const note = useNote(register)(row);
  const moment = (at: string) => formatMoment(locale, at, time_zone);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4">
      <div className="min-w-0">
        <p className={`wrap-anywhere ${undone_at ? "text-muted line-through" : ""}`}>
          {t(`change.${change}`, { device: deviceName(row.device), note })}
        </p>
        <p className="text-muted text-xs">
          {moment(row.at)} · {t("by", { who: by || t("somebody") })}
          {undone_at && ` · ${t("undone", { moment: moment(undone_at) })}`}
        </p>
      </div>
      {correction_id !== null && undone_at === null && (
        <Button disabled={isUndoing} onClick={() => onUndo(correction_id)}>
          {t("undo")}
        </Button>
      )}
    </li>
  );
}
