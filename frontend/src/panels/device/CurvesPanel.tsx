"use client";

import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Curves, SourceState } from "@/api/types";
import { Legend } from "@/charts/Legend";
import { type Line, LineChart } from "@/charts/LineChart";
import { LineTable } from "@/charts/LineTable";
import { MarkLines } from "@/charts/Marks";
import { formatClock, formatMoment, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { MarksList } from "@/marks/MarksList";
import { marksWithin, useMarks } from "@/marks/useMarks";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { type Range, rangeOf } from "@/period/period";
import { usePeriod } from "@/period/usePeriod";
import { decimal } from "@/quantities/quantity";
import { Button } from "@/ui/Button";
import { Choice } from "@/ui/Choice";
import type { Row } from "@/ui/Download";
import { Skeleton } from "@/ui/Skeleton";
import { ticksBetween } from "./curve-ticks";
import { useSourceName } from "./SourceName";

const UNITS = {
  power_watts: { unit: "W", digits: 1 },
  voltage_volts: { unit: "V", digits: 1 },
  current_amperes: { unit: "A", digits: 2 },
  temperature_celsius: { unit: "°C", digits: 1 },
  humidity_percent: { unit: "%", digits: 0 },
  pressure_hpa: { unit: "hPa", digits: 1 },
} as const;

type Quantity = keyof typeof UNITS;

const OF_PLUGS = ["power_watts", "voltage_volts", "current_amperes"] as const;
const OF_BOARDS = [
  "power_watts",
  "temperature_celsius",
  "humidity_percent",
  "pressure_hpa",
  "voltage_volts",
  "current_amperes",
] as const;
const MIN_ZOOM_MS = 600_000;
const MINUTE_MS = 60_000;
// Besides its colour each line has its own stroke.
const STROKES = [
  { stroke: "var(--measured)", strokeWidth: 2 },
  { stroke: "var(--estimated)", strokeWidth: 2, strokeDasharray: "5 3" },
  { stroke: "var(--accent)", strokeWidth: 1.5, strokeDasharray: "2 3" },
] as const;

interface CurvesPanelProps {
  device: string;
  sources: readonly SourceState[];
}

/** What the device's sources measured in the period: a line each, with the peaks of its steps. */
export function CurvesPanel({ device, sources }: CurvesPanelProps) {
  const t = useTranslations("curves");
  const { time_zone } = useHouse();
  const period = rangeOf(usePeriod(), time_zone);
  const [quantity, setQuantity] = useState<Quantity>("power_watts");
  const [zoom, setZoom] = useState<(Range & { of: string }) | null>(null);
  // Another period ends the zoom.
  const shown = zoom?.of === period.from + period.to ? zoom : null;
  const { from, to } = shown ?? period;
  const params = { path: { device }, query: { from, to, quantity } };
  const path = "/api/v1/devices/{device}/curves";
  const answer = api.useQuery("get", path, { params }, every(COST));
  const isDrawn = Boolean(answer.data?.sources.length);
  const hasBoard = sources.some(({ source }) => source === "esp32");
  return (
    <Panel
      title={t("title")}
      aside={
        <Choice
          label={t("quantity")}
          choices={(hasBoard ? OF_BOARDS : OF_PLUGS).map((value) => ({
            value,
            label: t(`names.${value}`),
          }))}
          chosen={quantity}
          onChoose={setQuantity}
        />
      }
    >
      <Loaded
        answer={answer}
        skeleton={<Skeleton className="h-60 w-full" />}
        notAfterMs={COST.notAfterMs}
        isEmpty={(curves) => curves.sources.length === 0}
        empty={<p className="text-muted text-sm">{t("none")}</p>}
      >
        {(curves) => (
          <Drawn
            curves={curves}
            onZoom={(fromMs, toMs) => {
              if (toMs - fromMs < MIN_ZOOM_MS) return;
              setZoom({ ...minutesOf(fromMs, toMs), of: period.from + period.to });
            }}
          />
        )}
      </Loaded>
      <div className="mt-2 min-h-9 text-muted text-xs">
        {shown ? (
          <Button onClick={() => setZoom(null)}>{t("zoomOut")}</Button>
        ) : (
          isDrawn && t("drag")
        )}
      </div>
    </Panel>
  );
}

function minutesOf(fromMs: number, toMs: number): Range {
  const whole = (ms: number) => new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS).toISOString();
  return { from: whole(fromMs), to: whole(toMs) };
}

interface DrawnProps {
  curves: Curves;
  onZoom: (fromMs: number, toMs: number) => void;
}

function Drawn({ curves, onZoom }: DrawnProps) {
  const t = useTranslations("curves");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const lines = useLines(curves);
  const { unit, digits } = UNITS[curves.quantity];
  const fromMs = Date.parse(curves.from);
  const stepMs = curves.step_seconds * 1000;
  const instantsMs = (curves.sources[0]?.low ?? []).map((_, step) => fromMs + step * stepMs);
  const lastMs = instantsMs.at(-1) ?? fromMs;
  const formatTime = lastMs - fromMs > 2 * 86_400_000 ? formatShortDay : formatClock;
  const iso = (ms: number) => new Date(ms).toISOString();
  const format = (value: number) => `${decimal(locale, value, digits)}\u00a0${unit}`;
  const moment = (step: number) => formatMoment(locale, iso(instantsMs[step] ?? fromMs), time_zone);
  const marks = marksWithin(useMarks(devicePlace(curves)), fromMs, lastMs + stepMs);
  // As near as a pointer can be: a part of the picture, whatever its steps.
  const nearMs = Math.max(stepMs, (lastMs - fromMs) / 100);
  const marksAt = (step: number) => {
    const at = instantsMs[step] ?? fromMs;
    return marksWithin(marks, at - nearMs, at + nearMs);
  };
  const values = (step: number) =>
    lines.map(({ label, band }) => ({ label, text: textOf(band[step] ?? null, format) }));
  return (
    <>
      <LineChart
        title={t(`names.${curves.quantity}`)}
        instantsMs={instantsMs}
        lines={lines}
        ticks={ticksBetween(fromMs, lastMs, time_zone).map((atMs) => ({
          atMs,
          text: formatTime(locale, iso(atMs), time_zone),
        }))}
        heightRem={15}
        format={(value) =>
          `${decimal(locale, value, Number.isInteger(value) ? 0 : digits)}\u00a0${unit}`
        }
        onZoom={onZoom}
        marks={marks}
        tooltip={(step) => (
          <>
            <p className="text-muted text-xs">{moment(step)}</p>
            {values(step).map(({ label, text }) => (
              <p key={label}>
                <span className="text-muted text-xs">{label}</span> {text}
              </p>
            ))}
            <MarkLines marks={marksAt(step)} />
          </>
        )}
        describe={(step) =>
          [
            moment(step),
            ...values(step).map(({ label, text }) => `${label} ${text}`),
            ...marksAt(step).map(({ text }) => text),
          ].join(", ")
        }
      />
      {lines.length > 1 && (
        <Legend
          entries={lines.map(({ key, label, stroke, ...line }) => ({
            key,
            label,
            colour: stroke,
            line,
          }))}
        />
      )}
      <div className="text-sm">
        <MarksList marks={marks} />
      </div>
      <LineTable
        title={t(`names.${curves.quantity}`)}
        lines={lines}
        rows={instantsMs.map((atMs, step) => ({
          at: iso(atMs),
          moment: moment(step),
          values: values(step).map(({ text }) => text),
        }))}
        name={`${curves.quantity}-${curves.device}`}
        from={curves.from}
        exported={exported(curves, instantsMs)}
      />
    </>
  );
}

/** The least and the largest value of each step, by source. */
function exported({ device, quantity, sources }: Curves, instantsMs: readonly number[]): Row[] {
  return instantsMs.map((atMs, step) => {
    const values = sources.flatMap(({ source, low, high }) => [
      [`${source}_${quantity}_low`, low[step] ?? null],
      [`${source}_${quantity}_high`, high[step] ?? null],
    ]);
    return { at: new Date(atMs).toISOString(), device, ...Object.fromEntries(values) };
  });
}

const devicePlace = ({ device }: Curves) => ({ device });

type Band = readonly [low: number, high: number];

function useLines({ sources }: Curves): (Line & { band: readonly (Band | null)[] })[] {
  const name = useSourceName();
  return sources.map(({ source, low, high }, position) => {
    const band = low.map((value, step): Band | null => {
      const most = high[step];
      return value === null || most === null || most === undefined ? null : [value, most];
    });
    return {
      key: source,
      label: name(source),
      values: band.map((step) => step && (step[0] + step[1]) / 2),
      band,
      ...(STROKES[position % STROKES.length] ?? STROKES[0]),
    };
  });
}

function textOf(band: Band | null, format: (value: number) => string): string {
  if (!band) return "—";
  const [low, high] = [format(band[0]), format(band[1])];
  return low === high ? low : `${low} – ${high}`;
}
