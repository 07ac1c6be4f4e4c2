"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Comparison, SourceReport } from "@/api/types";
import { SourceName } from "@/panels/device/SourceName";
import { Energy, Unknown } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { formatAvailability, formatSeconds } from "./figures";

const ROWS = [
  "availability",
  "outages",
  "longestSilence",
  "recovery",
  "energy",
  "scrapeMedian",
  "scrapeP95",
] as const;

/** How each source did, a column for each. */
export function SourcesFigures({ comparison: { a, b } }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  return (
    <table className="w-full text-sm">
      <TableHead>
        <ColumnTitle align="start">
          <span className="sr-only">{t("figure")}</span>
        </ColumnTitle>
        {[a, b].map(({ source }) => (
          <ColumnTitle key={source} align="end">
            <SourceName source={source} />
          </ColumnTitle>
        ))}
      </TableHead>
      <tbody>
        {ROWS.map((row) => (
          <tr key={row} className="border-line border-b last:border-0">
            <th scope="row" className="py-2 pe-4 text-start font-normal">
              {t(`rows.${row}`)}
            </th>
            {[a, b].map((report) => (
              <td key={report.source} className="whitespace-nowrap py-2 ps-3 text-end">
                <Shown report={report} row={row} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Shown({ report, row }: { report: SourceReport; row: (typeof ROWS)[number] }): ReactNode {
  const locale = useLocale();
  switch (row) {
    case "availability":
      return formatAvailability(locale, report.availability);
    case "outages":
      return report.availability > 0 ? report.outages : <Unknown />;
    case "energy":
      return <Energy kwh={report.energy_kwh} />;
    case "longestSilence":
      return <Seconds value={report.longest_silence_seconds} />;
    case "recovery":
      return <Seconds value={report.recovery_seconds} />;
    case "scrapeMedian":
      return <Seconds value={report.scrape_median_seconds} />;
    case "scrapeP95":
      return <Seconds value={report.scrape_p95_seconds} />;
  }
}

function Seconds({ value }: { value: number | null }) {
  const locale = useLocale();
  return value === null ? <Unknown /> : formatSeconds(locale, value);
}
