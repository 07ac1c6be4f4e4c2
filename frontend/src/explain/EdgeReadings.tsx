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
      <table className="w-full text-sm">
        <TableHead>
          <ColumnTitle align="start">{t("edge")}</ColumnTitle>
          <ColumnTitle align="end">{t("before")}</ColumnTitle>
          <ColumnTitle align="end">{t("after")}</ColumnTitle>
        </TableHead>
        <tbody>
          {readings.map(({ source, edge, before, after }) => (
            <tr key={edge + source} className="border-line border-b align-top last:border-0">
              <th scope="row" className="py-2 text-start font-normal">
                {t(edge)}
                <span className="block text-muted text-xs">
                  <SourceName source={source} />
                </span>
              </th>
              <ReadingCell reading={before} />
              <ReadingCell reading={after} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-muted text-xs">{t("note")}</p>
    </Panel>
  );
}

function ReadingCell({ reading }: { reading: CounterReading | null }) {
  const t = useTranslations("explain.readings");
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (
    <td className="py-2 ps-3 text-end max-sm:text-xs">
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
    </td>
  );
}
