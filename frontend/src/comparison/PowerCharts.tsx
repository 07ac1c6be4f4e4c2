"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Comparison } from "@/api/types";
import { Legend } from "@/charts/Legend";
import { type Line, LineChart } from "@/charts/LineChart";
import { LineTable } from "@/charts/LineTable";
import { formatClock, formatMoment, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { useSourceName } from "@/panels/device/SourceName";
import { powerText } from "@/quantities/power";
import { decimal } from "@/quantities/quantity";
import { PointTooltip } from "./PointTooltip";
import { roundTicks } from "./ticks";

interface PowerChartsProps {
  comparison: Comparison;
  isOneDay: boolean;
  onZoom: (fromMs: number, toMs: number) => void;
}

// Besides its colour each line has its own stroke.
const STROKES = {
  a_watts: { stroke: "var(--measured)", strokeWidth: 2 },
  b_watts: { stroke: "var(--estimated)", strokeWidth: 2, strokeDasharray: "5 3" },
  difference_watts: { stroke: "var(--accent)", strokeWidth: 1.5 },
} as const;

type LineName = keyof typeof STROKES;

/** Both lines, and below them what lies between; silence is a gap, never a line across it. */
export function PowerCharts({ comparison, isOneDay, onZoom }: PowerChartsProps) {
  const t = useTranslations("comparison");
  const name = useSourceName();
  const { a, b } = comparison;
  const names = { a: name(a.source), b: name(b.source) };
  const chart = { comparison, isOneDay, onZoom };
  return (
    <>
      <Lines
        {...chart}
        lines={{ a_watts: names.a, b_watts: names.b }}
        title={t("chart")}
        heightRem={15}
      />
      <Legend
        entries={[
          { key: "a", label: names.a, colour: STROKES.a_watts.stroke, line: STROKES.a_watts },
          { key: "b", label: names.b, colour: STROKES.b_watts.stroke, line: STROKES.b_watts },
        ]}
      />
      <h3 className="mt-4 text-muted text-sm">{t("differenceChart", names)}</h3>
      {comparison.watts ? (
        <Lines
          {...chart}
          lines={{ difference_watts: t("difference") }}
          title={t("difference")}
          heightRem={9}
        />
      ) : (
        <p className="mt-1 text-sm">{t("neverTogether")}</p>
      )}
      <Twin comparison={comparison} names={names} />
    </>
  );
}

/** Both pictures in figures. */
function Twin({ comparison, names }: { comparison: Comparison; names: { a: string; b: string } }) {
  const t = useTranslations("comparison");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { points, a, b, device } = comparison;
  return (
    <LineTable
      title={t("power")}
      lines={[
        { key: "a", label: names.a },
        { key: "b", label: names.b },
        { key: "difference", label: t("difference") },
      ]}
      rows={points.map(({ at, a_watts, b_watts, difference_watts }) => ({
        at,
        moment: formatMoment(locale, at, time_zone),
        values: [a_watts, b_watts, difference_watts].map((watts) => powerText(locale, watts)),
      }))}
      name={`comparison-${device}`}
      from={comparison.from}
      exported={points.map(({ at, a_watts, b_watts, difference_watts }) => ({
        at,
        device,
        [`${a.source}_watts`]: a_watts,
        [`${b.source}_watts`]: b_watts,
        difference_watts,
      }))}
    />
  );
}

interface LinesProps extends PowerChartsProps {
  lines: Partial<Record<LineName, string>>;
  title: string;
  heightRem: number;
}

function Lines({ comparison, isOneDay, onZoom, lines, title, heightRem }: LinesProps) {
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { points } = comparison;
  const formatTime = isOneDay ? formatClock : formatShortDay;
  const drawn = (Object.entries(lines) as [LineName, string][]).map(
    ([key, label]): Line => ({
      key,
      label,
      values: points.map((point) => point[key]),
      ...STROKES[key],
    }),
  );
  return (
    <LineChart
      title={title}
      instantsMs={points.map(({ at }) => Date.parse(at))}
      lines={drawn}
      ticks={roundTicks(points, isOneDay).map((at) => ({
        atMs: Date.parse(at),
        text: formatTime(locale, at, time_zone),
      }))}
      heightRem={heightRem}
      onZoom={onZoom}
      format={(watts) => `${decimal(locale, watts, Number.isInteger(watts) ? 0 : 1)}\u00a0W`}
      tooltip={(index) => <PointTooltip comparison={comparison} point={points[index]} />}
      describe={(index) => describePoint(locale, time_zone, points[index], drawn, index)}
    />
  );
}

/** An instant and the watts of each line, for screen readers. */
function describePoint(
  locale: string,
  timeZone: string,
  point: Comparison["points"][number] | undefined,
  lines: readonly Line[],
  index: number,
): string {
  if (!point) return "";
  const values = lines.map(
    ({ label, values }) => `${label} ${powerText(locale, values[index] ?? null)}`,
  );
  return [formatMoment(locale, point.at, timeZone), ...values].join(", ");
}
