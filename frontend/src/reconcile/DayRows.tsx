"use client";

import { useLocale, useTranslations } from "use-intl";
import type { ReconcileRow } from "@/api/types";
import { Explained } from "@/explain/Explained";
import { formatDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { SourceName } from "@/panels/device/SourceName";
import { decimal } from "@/quantities/quantity";
import { Energy } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { CountedCell } from "./CountedCell";
import { differences } from "./differences";
import { Reasons } from "./Reasons";

interface DayRowsProps {
  rows: readonly ReconcileRow[];
  /** Whether the device has several sources, so that rows must say whose they are. */
  areSeveral: boolean;
}

/** A device's days, newest first: a table, and blocks where a phone has no room for columns. */
export function DayRows({ rows, areSeveral }: DayRowsProps) {
  const t = useTranslations("reconcile");
  return (
    <table className="mb-4 block w-full text-sm md:table">
      <TableHead className="hidden md:table-header-group">
        <ColumnTitle align="start">{t("day")}</ColumnTitle>
        {(["ledger", "source", "increase", "readings"] as const).map((way) => (
          <ColumnTitle key={way} align="end" className="whitespace-nowrap">
            {t(way)}
          </ColumnTitle>
        ))}
        <ColumnTitle align="start" className="w-2/5 ps-6">
          {t("why")}
        </ColumnTitle>
      </TableHead>
      <tbody className="block md:table-row-group">
        {rows.toReversed().map((row) => (
          <DayRow key={row.from + row.source} row={row} isNamed={areSeveral} />
        ))}
      </tbody>
    </table>
  );
}

function DayRow({ row, isNamed }: { row: ReconcileRow; isNamed: boolean }) {
  const t = useTranslations("reconcile");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { source, increase, readings } = differences(row);
  return (
    <tr className="grid grid-cols-2 gap-x-6 border-line border-b py-2 align-top last:border-0 md:table-row">
      <th
        scope="row"
        className="col-span-2 py-1 text-start font-medium md:whitespace-nowrap md:py-2 md:font-normal"
      >
        {formatDay(locale, row.from, time_zone)}
        {isNamed && (
          <span className="ms-2 text-muted text-xs md:ms-0 md:block">
            <SourceName source={row.source} />
          </span>
        )}
      </th>
      <CountedCell label={t("ledger")}>
        <Explained device={row.device} range={row}>
          <Energy kwh={row.ledger_kwh} />
        </Explained>
      </CountedCell>
      <CountedCell label={t("source")} differsKwh={source}>
        <Energy kwh={row.source_kwh} />
      </CountedCell>
      <CountedCell label={t("increase")} differsKwh={increase}>
        <Energy kwh={row.increase_kwh} />
      </CountedCell>
      <CountedCell label={t("readings")} differsKwh={readings}>
        <Energy kwh={row.readings_kwh} />
        <FirstAndLast row={row} />
      </CountedCell>
      <td className="col-span-2 py-1 md:py-2 md:ps-6">
        <Reasons row={row} />
      </td>
    </tr>
  );
}

/** The two readings themselves, to the watt-hour. */
function FirstAndLast({ row: { first, last } }: { row: ReconcileRow }) {
  const locale = useLocale();
  if (!first || !last) return null;
  return (
    <span className="block whitespace-nowrap text-end text-muted text-xs">
      {decimal(locale, first.kwh, 3)} → {decimal(locale, last.kwh, 3)}
    </span>
  );
}
