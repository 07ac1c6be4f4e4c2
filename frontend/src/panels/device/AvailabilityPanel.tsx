"use client";

import { useId, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { CHECKED, every } from "@/api/refresh";
import type { Availability, State } from "@/api/types";
import { LabelAxis } from "@/charts/Axes";
import { Hatches, hatchFill } from "@/charts/Hatches";
import { Legend } from "@/charts/Legend";
import { linearScale } from "@/charts/scales";
import { useRoom } from "@/charts/useRoom";
import { formatClock, formatRange, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { StateDot } from "@/panels/StateWord";
import { rangeOf } from "@/period/period";
import { usePeriod } from "@/period/usePeriod";
import { formatTwoUnits } from "@/quantities/age";
import { formatShare } from "@/quantities/coverage";
import { Download } from "@/ui/Download";
import { Skeleton } from "@/ui/Skeleton";
import { type Run, runsOf } from "./availability";
import { ticksBetween } from "./curve-ticks";

const STRIP_REM = 2.5;
/** Half of a label, which stands below its own instant. */
const INSET_REM = 1.5;
/** What is up is a low bar: the other states stand out also without their colours. */
const UP_PART = 0.35;
const DAY_MS = 86_400_000;

/** When the device was up, down or silent in the period. */
export function AvailabilityPanel({ device }: { device: string }) {
  const t = useTranslations("availability");
  const { time_zone } = useHouse();
  const { from, to } = rangeOf(usePeriod(), time_zone);
  const params = { path: { device }, query: { from, to } };
  const path = "/api/v1/devices/{device}/availability";
  return (
    <Panel title={t("title")}>
      <Loaded
        answer={api.useQuery("get", path, { params }, every(CHECKED))}
        skeleton={<Skeleton className="h-32 w-full" />}
        notAfterMs={CHECKED.notAfterMs}
        isEmpty={({ cells }) => cells.length === 0}
        empty={<p className="text-muted text-sm">{t("none")}</p>}
      >
        {(availability) => <Shown availability={availability} />}
      </Loaded>
    </Panel>
  );
}

function Shown({ availability }: { availability: Availability }) {
  const t = useTranslations("availability");
  const tState = useTranslations("state");
  const runs = runsOf(availability);
  const states = (["up", "down", "silent"] as const).filter(
    (state) => state === "up" || runs.some((run) => run.state === state),
  );
  return (
    <>
      <Sentence availability={availability} />
      <Strip availability={availability} runs={runs} />
      <Legend
        entries={states.map((state) => ({ key: state, label: tState(state), ...LOOKS[state] }))}
      />
      <details className="mt-3 text-sm">
        <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
          {t("asTable")}
        </summary>
        <Outages runs={runs} />
      </details>
      <Download
        name={`availability-${availability.device}`}
        from={availability.from}
        rows={availability.cells.map((cell) => ({ device: availability.device, ...cell }))}
      />
    </>
  );
}

const LOOKS = {
  up: { colour: "var(--up)" },
  down: { colour: "var(--down)" },
  silent: { hatch: "no-data" },
} as const;

function Sentence({ availability }: { availability: Availability }) {
  const t = useTranslations("availability");
  const locale = useLocale();
  const { up_seconds, down_seconds, silent_seconds } = availability;
  const all = up_seconds + down_seconds + silent_seconds;
  if (all === 0) return null;
  const lengths = (["down", "silent"] as const)
    .map((state) => ({ state, seconds: state === "down" ? down_seconds : silent_seconds }))
    .filter(({ seconds }) => seconds > 0);
  return (
    <p className="text-sm" data-testid="availability" data-value={up_seconds / all}>
      {t("share", { share: formatShare(locale, up_seconds / all) })}
      {lengths.map(({ state, seconds }) => (
        <span key={state} className="text-muted">
          {" · "}
          {t(state, { duration: formatTwoUnits(locale, seconds) })}
        </span>
      ))}
    </p>
  );
}

interface StripProps {
  availability: Availability;
  runs: readonly Run[];
}

function Strip(props: StripProps) {
  const [element, room] = useRoom();
  const [shown, show] = useState<Run | null>(null);
  const describe = useDescription();
  return (
    <div ref={element} className="mt-3">
      {room && room.width > 0 && (
        <Drawn {...props} width={room.width} textScale={room.textScale} onShow={show} />
      )}
      <p className="min-h-5 text-muted text-sm" aria-hidden>
        {shown && describe(shown)}
      </p>
    </div>
  );
}

interface DrawnProps extends StripProps {
  width: number;
  textScale: number;
  onShow: (run: Run | null) => void;
}

function Drawn({ availability, runs, width, textScale, onShow }: DrawnProps) {
  const id = useId();
  const locale = useLocale();
  const { time_zone } = useHouse();
  const [fromMs, toMs] = [Date.parse(availability.from), Date.parse(availability.to)];
  const inset = INSET_REM * 16 * textScale;
  const times = linearScale([fromMs, toMs], [inset, width - inset]);
  const height = STRIP_REM * 16 * textScale;
  const formatTime = toMs - fromMs > 2 * DAY_MS ? formatShortDay : formatClock;
  const labels = ticksBetween(fromMs, toMs, time_zone).map((atMs) => ({
    x: times(atMs),
    text: formatTime(locale, new Date(atMs).toISOString(), time_zone),
  }));
  return (
    <svg aria-hidden width={width} height={height + 24 * textScale} className="block">
      <Hatches id={id} />
      <rect x={inset} width={width - 2 * inset} height={height} className="fill-sunken" />
      {runs.map((run) => {
        const x = times(run.fromMs);
        const runHeight = run.state === "up" ? UP_PART * height : height;
        const size = {
          x,
          // A minute in a year is seen too.
          width: Math.max(run.state === "up" ? 0 : 2, times(run.toMs) - x),
          y: height - runHeight,
          height: runHeight,
        };
        return (
          <g
            key={run.fromMs}
            data-state={run.state}
            onPointerEnter={() => onShow(run)}
            onPointerDown={() => onShow(run)}
            onPointerLeave={() => onShow(null)}
          >
            <rect {...size} fill={fillOf(run.state, id)} className="mark" />
          </g>
        );
      })}
      <LabelAxis labels={labels} width={width} height={height} textScale={textScale} />
    </svg>
  );
}

function fillOf(state: State, id: string): string {
  return state === "silent" ? hatchFill(id, "no-data") : LOOKS[state].colour;
}

/** The strip in words: all that was not up. */
function Outages({ runs }: { runs: readonly Run[] }) {
  const t = useTranslations("availability");
  const describe = useDescription();
  const outages = runs.filter(({ state }) => state !== "up");
  if (outages.length === 0) return <p className="mt-2 text-muted">{t("always")}</p>;
  return (
    <ul className="mt-2" data-testid="outages">
      {outages.toReversed().map((run) => (
        <li key={run.fromMs} className="flex items-center gap-2 border-line border-b py-1">
          <StateDot state={run.state} />
          {describe(run)}
        </li>
      ))}
    </ul>
  );
}

function useDescription(): (run: Run) => string {
  const t = useTranslations("availability");
  const tState = useTranslations("state");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const iso = (ms: number) => new Date(ms).toISOString();
  return (run) => {
    const range = formatRange(locale, iso(run.fromMs), iso(run.toMs), time_zone);
    if (run.state === "up") return `${range}: ${tState("up")}`;
    const parts = [
      run.downSeconds > 0 && t("down", { duration: formatTwoUnits(locale, run.downSeconds) }),
      run.silentSeconds > 0 && t("silent", { duration: formatTwoUnits(locale, run.silentSeconds) }),
    ];
    return `${range}: ${parts.filter(Boolean).join(" · ")}`;
  };
}
