"use client";

import { useLocale, useTranslations } from "use-intl";
import type { ExplainedSlot } from "@/api/types";
import { formatClockRange, formatNumericDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { SourceName } from "@/panels/device/SourceName";
import { formatTwoUnits } from "@/quantities/age";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import { Energy, Unknown } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { groupsOf, type SlotGroup } from "./groups";
import { QualityMark } from "./QualityMark";

export function SlotsTable({ slots }: { slots: readonly ExplainedSlot[] }) {
  const t = useTranslations("explain.slots");
  return (
    <table className="w-full text-sm">
      <TableHead>
        <ColumnTitle align="start">{t("time")}</ColumnTitle>
        <ColumnTitle align="start">{t("quality")}</ColumnTitle>
        <ColumnTitle align="end">{t("energy")}</ColumnTitle>
      </TableHead>
      <tbody>
        {groupsOf(slots).map((group) => (
          <SlotRow key={group.from} group={group} />
        ))}
      </tbody>
    </table>
  );
}

function SlotRow({ group: { from, to, count, slot } }: { group: SlotGroup }) {
  const t = useTranslations("explain.slots");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { quality, source, missing_seconds } = slot;
  return (
    <tr className="border-line border-b align-top last:border-0">
      <th scope="row" className="py-1.5 pe-4 text-start font-normal">
        <span className="me-2 text-muted">{formatNumericDay(locale, from, time_zone)}</span>
        <span className="whitespace-nowrap">{formatClockRange(locale, from, to, time_zone)}</span>
      </th>
      <td className="py-1.5 pe-4">
        <QualityMark quality={quality} />
        {t(quality)}
        {source && (
          <span className="block text-muted text-xs sm:ms-2 sm:inline">
            <SourceName source={source} />
          </span>
        )}
        {quality !== "missing" && missing_seconds > 0 && (
          <span className="block text-muted text-xs">
            {t("missingFor", { duration: formatTwoUnits(locale, missing_seconds) })}
          </span>
        )}
      </td>
      <td className="py-1.5 text-end">
        {count > 1 && <span className="me-1 text-muted text-xs">{t("eachOf", { count })}</span>}
        <SlotEnergy slot={slot} />
      </td>
    </tr>
  );
}

/** Measured and estimated beside each other: adding them here would mean rounding twice. */
function SlotEnergy({ slot: { quality, measured_kwh, estimated_kwh } }: { slot: ExplainedSlot }) {
  const t = useTranslations("explain.slots");
  const locale = useLocale();
  if (quality === "missing") return <Unknown />;
  const estimated = Number(estimated_kwh);
  if (estimated === 0) return <Energy kwh={measured_kwh} />;
  if (Number(measured_kwh) === 0) return <Energy kwh={estimated_kwh} />;
  return (
    <>
      <Energy kwh={measured_kwh} />
      <span className="block text-muted text-xs">
        {t("andEstimated", { energy: textOf(formatEnergy(locale, estimated_kwh)) })}
      </span>
    </>
  );
}
