"use client";

import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Explanation } from "@/api/types";
import { LineChart } from "@/charts/LineChart";
import { formatClock, formatRange, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { formatPower } from "@/quantities/power";
import { decimal, textOf } from "@/quantities/quantity";
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
  if (isWhole) return <Curve points={curveOf(path.slots.map(pieceOfSlot))} />;
  const rows = data?.rows ?? [];
  return <Curve points={curveOf(rows.map((row) => ({ ...row, energyKwh: kwhOf(row) })))} />;
}

const kwhOf = ({ figures }: { figures: { energy_kwh: string | null } }) =>
  figures.energy_kwh === null ? null : Number(figures.energy_kwh);

function pieceOfSlot(slot: Explanation["slots"][number]) {
  const known = Number(slot.measured_kwh) + Number(slot.estimated_kwh);
  return { from: slot.from, to: slot.to, energyKwh: slot.quality === "missing" ? null : known };
}

function Curve({ points }: { points: readonly CurvePoint[] }) {
  const t = useTranslations("explain.slots");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const range = (index: number) => {
    const point = points[index];
    return point ? formatRange(locale, point.from, point.to, time_zone) : "";
  };
  const watts = (index: number) => points[index]?.watts ?? null;
  return (
    <LineChart
      title={t("curve")}
      instantsMs={points.map(({ from }) => Date.parse(from))}
      lines={[
        {
          key: "watts",
          label: t("curve"),
          values: points.map((point) => point.watts),
          stroke: "var(--measured)",
          strokeWidth: 2,
        },
      ]}
      ticks={ticksOf(points, locale, time_zone)}
      heightRem={13}
      format={(watts) => `${decimal(locale, watts, Number.isInteger(watts) ? 0 : 1)}\u00a0W`}
      tooltip={(index) => (
        <>
          <p className="text-muted text-xs">{range(index)}</p>
          <p className="font-semibold">
            <Power watts={watts(index)} />
          </p>
        </>
      )}
      describe={(index) => {
        const value = watts(index);
        return `${range(index)}, ${value === null ? "—" : textOf(formatPower(locale, value))}`;
      }}
    />
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
