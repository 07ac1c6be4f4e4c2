"use client";

import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Explanation } from "@/api/types";
import { LineChart } from "@/charts/LineChart";
import { LineTable } from "@/charts/LineTable";
import { formatClock, formatRange, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { powerText } from "@/quantities/power";
import { decimal } from "@/quantities/quantity";
import { Power } from "@/quantities/Shown";
import type { Question } from "./address";
import { type CurvePoint, curveOf, stepOf } from "./curve";

const DAY_MS = 86_400_000;

/** The average power over the range, from its slots where all are there, else by hour or day. */
export function PowerCurve({ question, path }: { question: Question; path: Explanation }) {
  const isWhole = path.slots_left_out === 0;
  const { device, from, to } = question;
  const query = { device, from, to, by: stepOf(from, to) };
  const options = { ...every(COST), enabled: !isWhole };
  const { data } = api.useQuery("get", "/api/v1/cost", { params: { query } }, options);
  if (isWhole) return <Curve device={device} points={curveOf(path.slots.map(pieceOfSlot))} />;
  const rows = data?.rows ?? [];
  const pieces = rows.map((row) => ({ ...row, energyKwh: kwhOf(row) }));
  return <Curve device={device} points={curveOf(pieces)} />;
}

const kwhOf = ({ figures }: { figures: { energy_kwh: string | null } }) =>
  figures.energy_kwh === null ? null : Number(figures.energy_kwh);

function pieceOfSlot(slot: Explanation["slots"][number]) {
  const known = Number(slot.measured_kwh) + Number(slot.estimated_kwh);
  return { from: slot.from, to: slot.to, energyKwh: slot.quality === "missing" ? null : known };
}

interface CurveProps {
  device: string;
  points: readonly CurvePoint[];
}

function Curve({ device, points }: CurveProps) {
  const t = useTranslations("explain.slots");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const range = (index: number) => {
    const point = points[index];
    return point ? formatRange(locale, point.from, point.to, time_zone) : "";
  };
  const watts = (index: number) => points[index]?.watts ?? null;
  const text = (value: number | null) => powerText(locale, value);
  const line = { key: "watts", label: t("curve") };
  return (
    <>
      <LineChart
        title={t("curve")}
        instantsMs={points.map(({ from }) => Date.parse(from))}
        lines={[
          {
            ...line,
            values: points.map((point) => point.watts),
            stroke: "var(--measured)",
            strokeWidth: 2,
          },
        ]}
        ticks={ticksOf(points, locale, time_zone)}
        heightRem={13}
        format={(value) => `${decimal(locale, value, Number.isInteger(value) ? 0 : 1)}\u00a0W`}
        tooltip={(index) => (
          <>
            <p className="text-muted text-xs">{range(index)}</p>
            <p className="font-semibold">
              <Power watts={watts(index)} />
            </p>
          </>
        )}
        describe={(index) => `${range(index)}, ${text(watts(index))}`}
      />
      <LineTable
        title={t("curve")}
        lines={[line]}
        rows={points.map((point, index) => ({
          at: point.from,
          moment: range(index),
          values: [text(point.watts)],
        }))}
        name={`power-${device}`}
        from={points[0]?.from ?? ""}
        exported={points.map(({ from, to, watts }) => ({ device, from, to, watts }))}
      />
    </>
  );
}

/** Full hours of a day or two, midnights of more. The API writes instants on the house's clock. */
function ticksOf(points: readonly CurvePoint[], locale: string, timeZone: string) {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  const isShort = Date.parse(last.to) - Date.parse(first.from) <= 2 * DAY_MS;
  const isTick = ({ from }: CurvePoint) =>
    isShort ? from.slice(14, 16) === "00" : from.slice(11, 16) === "00:00";
  const format = isShort ? formatClock : formatShortDay;
  return points.filter(isTick).map(({ from }) => ({
    atMs: Date.parse(from),
    text: format(locale, from, timeZone),
  }));
}
