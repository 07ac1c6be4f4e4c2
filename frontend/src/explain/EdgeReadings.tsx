"use client";

import { useLocale, useTranslations } from "use-intl";
import type { CounterReading, EdgeReading } from "@/api/types";
import { formatInstant } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { SourceName } from "@/panels/device/SourceName";
import { Panel } from "@/panels/Panel";
import { formatExactEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import { Unknown } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";

/** What the counters showed on both sides of both edges. */
export function EdgeReadings({ readings }: { readings: readonly EdgeReading[] }) {
  const t = useTranslations("explain.readings");
  return (
    <Panel title={t("title")}>
      <table className="block w-full text-sm sm:table">
        <TableHead className="hidden sm:table-header-group">
          <ColumnTitle align="start">{t("edge")}</ColumnTitle>
          <ColumnTitle align="end">{t("before")}</ColumnTitle>
          <ColumnTitle align="end">{t("after")}</ColumnTitle>
        </TableHead>
        <tbody className="block sm:table-row-group">
          {readings.map(({ source, edge, before, after }) => (
            <tr
              key={edge + source}
              className="grid gap-y-1 border-line border-b py-2 align-top last:border-0 sm:table-row"
            >
              <th scope="row" className="py-2 text-start font-normal">
                {t(edge)}
                <span className="block text-muted text-xs">
                  <SourceName source={source} />
                </span>
              </th>
              <ReadingCell label={t("before")} reading={before} />
              <ReadingCell label={t("after")} reading={after} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-muted text-xs">{t("note")}</p>
    </Panel>
  );
}

interface ReadingCellProps {
  /** The column's title, beside the reading where there are no columns. */
  label: string;
  reading: CounterReading | null;
}

function ReadingCell({ label, reading }: ReadingCellProps) {
  const t = useTranslations("explain.readings");
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (
    <td className="flex flex-wrap justify-between gap-x-3 sm:table-cell sm:py-2 sm:ps-3 sm:text-end">
      <span className="text-muted text-xs sm:hidden">{label}</span>
      <span>
        {reading ? (
          <>
            <span data-value={reading.kwh} className="whitespace-nowrap">
              {textOf(formatExactEnergy(locale, reading.kwh))}
            </span>
            <time dateTime={reading.at} className="block text-muted text-xs">
              {formatInstant(locale, reading.at, time_zone)}
            </time>
          </>
        ) : (
          <Unknown why={t("none")} />
        )}
      </span>
    </td>
  );
}
