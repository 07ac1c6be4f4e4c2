"use client";

import { useLocale, useTranslations } from "use-intl";
import type { SourceState } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { StateWord } from "@/panels/StateWord";
import { decimal } from "@/quantities/quantity";
import { Age, Power, Unknown } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { SourceName } from "./SourceName";

interface SourcesTableProps {
  sources: readonly SourceState[];
  /** The one whose figures are shown above. */
  shown: string | null;
  receivedAtMs: number;
}

/** Each way to read the device, best first: they measure the same electricity, so no total. */
export function SourcesTable({ sources, shown, receivedAtMs }: SourcesTableProps) {
  const t = useTranslations("device");
  const titles = ["power", "voltage", "current"] as const;
  return (
    <div className="-mx-4 overflow-x-auto px-4 sm:-mx-5 sm:px-5">
      <table className="w-full text-sm">
        <TableHead>
          <ColumnTitle align="start">{t("source")}</ColumnTitle>
          {titles.map((title) => (
            <ColumnTitle key={title} align="end">
              {t(title)}
            </ColumnTitle>
          ))}
        </TableHead>
        <tbody>
          {sources.map((source) => (
            <SourceRow
              key={source.source}
              source={source}
              isShown={source.source === shown && sources.length > 1}
              receivedAtMs={receivedAtMs}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SourceRowProps {
  source: SourceState;
  isShown: boolean;
  receivedAtMs: number;
}

function SourceRow({ source, isShown, receivedAtMs }: SourceRowProps) {
  const t = useTranslations("device");
  return (
    <tr className="border-line border-b last:border-0">
      <th scope="row" className="py-2.5 pe-4 text-start align-top font-medium">
        <SourceName source={source.source} />
        {isShown && <span className="ms-2 font-normal text-muted text-xs">{t("shown")}</span>}
        <div className="mt-0.5 font-normal text-xs">
          <StateWord state={source.state} silentSeconds={source.age_seconds} />
          {source.state === "up" && source.age_seconds !== null && (
            <span className="text-muted">
              {" · "}
              <Age seconds={source.age_seconds} receivedAtMs={receivedAtMs} />
            </span>
          )}
        </div>
        {source.arrived_at && <LastArrival at={source.arrived_at} />}
      </th>
      <td className="ps-4 text-end">
        <Power watts={source.power_watts} />
      </td>
      <td className="ps-4 text-end">
        <Measured value={source.voltage_volts} unit="V" digits={1} />
      </td>
      <td className="ps-4 text-end">
        <Measured value={source.current_amperes} unit="A" digits={2} />
      </td>
    </tr>
  );
}

/** Of a board: when it last sent something, which may have been measured long before. */
function LastArrival({ at }: { at: string }) {
  const t = useTranslations("device");
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (
    <div data-testid="last-arrival" className="mt-0.5 font-normal text-muted text-xs">
      {t("lastArrival", { at: formatMoment(locale, at, time_zone) })}
    </div>
  );
}

function Measured({ value, unit, digits }: { value: number | null; unit: string; digits: number }) {
  const locale = useLocale();
  if (value === null) return <Unknown />;
  return (
    <span className="whitespace-nowrap">
      {decimal(locale, value, digits)}
      <span className="unit">&nbsp;{unit}</span>
    </span>
  );
}
