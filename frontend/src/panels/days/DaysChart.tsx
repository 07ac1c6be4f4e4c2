"use client";

import { useLocale, useTranslations } from "use-intl";
import { StackedChart } from "@/charts/StackedChart";
import type { Column } from "@/charts/stack";
import { explainAddress } from "@/explain/address";
import { formatDay, formatShortDay } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { axisFormat } from "./axis";
import { DayTooltip } from "./DayTooltip";
import type { DayBar, Measure } from "./day-bars";

interface DaysChartProps {
  bars: DayBar[];
  measure: Measure;
  /** Whose days they are, where it is a single device: its days can be explained. */
  device: string | null;
}

export function DaysChart({ bars, measure, device }: DaysChartProps) {
  const t = useTranslations("days");
  const locale = useLocale();
  const { time_zone, currency } = useHouse();
  const today = bars.at(-1)?.day;
  const columns = bars.map(
    ({ day, until, state, measured, estimated }): Column => ({
      key: day,
      label: day === today ? t("today") : formatShortDay(locale, day, time_zone),
      name: formatDay(locale, day, time_zone),
      parts: { all: { value: measured + estimated, estimated } },
      state,
      reference: null,
      ...(device && { href: explainAddress({ device, from: day, to: until }) }),
    }),
  );
  return (
    <StackedChart
      title={t("chart")}
      columns={columns}
      series={[{ key: "all", label: t("legend.measured"), colour: "var(--measured)" }]}
      format={axisFormat(locale, measure === "cost" ? currency : "kWh")}
      tooltip={(key) => <DayTooltip bar={bars.find(({ day }) => day === key)} />}
    />
  );
}
