"use client";

import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from "recharts";
import { useLocale, useTranslations } from "use-intl";
import type { Comparison } from "@/api/types";
import { formatClock, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { useSourceName } from "@/panels/device/SourceName";
import { decimal } from "@/quantities/quantity";
import { PointTooltip } from "./PointTooltip";
import { roundTicks } from "./ticks";

interface PowerChartsProps {
  comparison: Comparison;
  isOneDay: boolean;
}

const margin = { top: 8, right: 16, bottom: 4, left: 0 };
const tick = { fill: "var(--muted)", fontSize: 12 };

// Besides its colour each line has its own stroke.
const LINES = {
  a_watts: { stroke: "var(--measured)", strokeWidth: 2 },
  b_watts: { stroke: "var(--estimated)", strokeWidth: 2, strokeDasharray: "5 3" },
  difference_watts: { stroke: "var(--accent)", strokeWidth: 1.5 },
} as const;

type LineName = keyof typeof LINES;

/** Both lines, and below them what lies between; silence is a hole, never a line across it. */
export function PowerCharts({ comparison, isOneDay }: PowerChartsProps) {
  const t = useTranslations("comparison");
  const name = useSourceName();
  const { a, b } = comparison;
  const names = { a: name(a.source), b: name(b.source) };
  const chart = { comparison, isOneDay };
  return (
    <>
      <Legend entries={{ a_watts: names.a, b_watts: names.b }} />
      <Chart {...chart} lines={["a_watts", "b_watts"]} title={t("chart")} height="15rem" />
      <h3 className="mt-4 text-muted text-sm">{t("differenceChart", names)}</h3>
      {comparison.watts ? (
        <Chart {...chart} lines={["difference_watts"]} title={t("difference")} height="9rem" />
      ) : (
        <p className="mt-1 text-sm">{t("neverTogether")}</p>
      )}
    </>
  );
}

interface ChartProps extends PowerChartsProps {
  lines: readonly LineName[];
  title: string;
  height: string;
}

function Chart({ comparison, isOneDay, lines, title, height }: ChartProps) {
  const locale = useLocale();
  const { time_zone } = useHouse();
  const formatTime = isOneDay ? formatClock : formatShortDay;
  return (
    <LineChart
      responsive
      data={comparison.points}
      margin={margin}
      title={title}
      style={{ width: "100%", height }}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="at"
        tickFormatter={(at: string) => formatTime(locale, at, time_zone)}
        tick={tick}
        tickLine={false}
        axisLine={{ stroke: "var(--line-strong)" }}
        tickMargin={8}
        minTickGap={24}
        ticks={roundTicks(comparison.points, isOneDay)}
      />
      <YAxis
        width={64}
        tick={tick}
        tickLine={false}
        axisLine={false}
        niceTicks="snap125"
        tickFormatter={(watts: number) =>
          `${decimal(locale, watts, Number.isInteger(watts) ? 0 : 1)}\u00a0W`
        }
      />
      <Tooltip
        cursor={{ stroke: "var(--line-strong)" }}
        content={({ payload }) => (
          <PointTooltip comparison={comparison} point={payload[0]?.payload} />
        )}
        isAnimationActive={false}
      />
      {lines.map((line) => (
        <Line
          key={line}
          dataKey={line}
          {...LINES[line]}
          type="linear"
          dot={false}
          connectNulls={false}
          isAnimationActive={false}
        />
      ))}
    </LineChart>
  );
}

function Legend({ entries }: { entries: Partial<Record<LineName, string>> }) {
  return (
    <ul className="mb-1 flex flex-wrap gap-x-5 gap-y-1 text-muted text-xs">
      {Object.entries(entries).map(([line, label]) => (
        <li key={line} className="flex items-center gap-1.5">
          <svg aria-hidden viewBox="0 0 24 4" className="h-1 w-6">
            <line x1="0" y1="2" x2="24" y2="2" {...LINES[line as LineName]} />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
