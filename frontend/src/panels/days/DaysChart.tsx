"use client";

import { useRouter } from "next/navigation";
import { Bar, BarChart, BarStack, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts";
import { useLocale, useTranslations } from "use-intl";
import { explainAddress } from "@/explain/address";
import { formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { axisFormat } from "./axis";
import { DayTooltip } from "./DayTooltip";
import type { DayBar, Measure } from "./day-bars";
import { Hatches, PartialFoot, unknownDays } from "./UnknownDay";

interface DaysChartProps {
  bars: DayBar[];
  measure: Measure;
  /** Whose days they are, where it is a single device: its days can be explained. */
  device: string | null;
}

// On the right there is room for half of the last label: clipped, it would not be drawn at all.
const margin = { top: 8, right: 16, bottom: 4, left: 0 };
const tick = { fill: "var(--muted)", fontSize: 12 };

export function DaysChart({ bars, measure, device }: DaysChartProps) {
  const t = useTranslations("days");
  const locale = useLocale();
  const { time_zone, currency } = useHouse();
  const router = useRouter();
  function explain(day: string | number | undefined): void {
    const bar = bars.find((each) => each.day === day);
    if (device && bar) router.push(explainAddress({ device, from: bar.day, to: bar.until }));
  }
  const isAnyKnown = bars.some(({ measured, estimated }) => measured + estimated > 0);
  const today = bars.at(-1)?.day;
  const label = (day: string) =>
    day === today ? t("today") : formatShortDay(locale, day, time_zone);
  return (
    <BarChart
      responsive
      data={bars}
      margin={margin}
      barCategoryGap="18%"
      title={t("chart")}
      onClick={({ activeLabel }) => explain(activeLabel)}
      style={{ width: "100%", height: "15rem", cursor: device ? "pointer" : "default" }}
    >
      <Hatches />
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="day"
        tickFormatter={label}
        tick={tick}
        tickLine={false}
        axisLine={{ stroke: "var(--line-strong)" }}
        tickMargin={8}
        minTickGap={24}
        interval="equidistantPreserveEnd"
      />
      <YAxis
        width="auto"
        tick={isAnyKnown && tick}
        tickLine={false}
        axisLine={false}
        niceTicks="snap125"
        tickCount={6}
        tickFormatter={axisFormat(locale, measure === "cost" ? currency : "kWh")}
      />
      <Tooltip
        cursor={{ fill: "var(--sunken)" }}
        content={({ payload }) => <DayTooltip bar={payload[0]?.payload} />}
        isAnimationActive={false}
      />
      {unknownDays(bars)}
      <BarStack radius={[2, 2, 0, 0]}>
        <Bar
          dataKey="measured"
          fill="var(--measured)"
          background={PartialFoot}
          isAnimationActive={false}
        />
        <Bar dataKey="estimated" fill="var(--estimated)" isAnimationActive={false} />
      </BarStack>
    </BarChart>
  );
}
