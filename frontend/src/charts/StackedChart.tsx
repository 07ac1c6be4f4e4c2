"use client";

import { area, stack } from "d3-shape";
import { type ReactNode, useId, useState } from "react";
import { LabelAxis, ValueAxis, valueTicks, widthOf } from "./Axes";
import { ColumnTargets } from "./ColumnTargets";
import { Hatches, hatchFill } from "./Hatches";
import { MarkShape } from "./Marks";
import {
  type ColumnScale,
  columnScale,
  labelInterval,
  stackScale,
  type ValueScale,
} from "./scales";
import { type Column, isKnown, type Series, segments, sumOf } from "./stack";
import { Tooltip } from "./Tooltip";
import { type Room, useRoom } from "./useRoom";

/** Narrower columns are drawn as areas. */
const MIN_BAR_PIXELS = 3;

const HEIGHT_REM = 15;

interface StackedChartProps {
  title: string;
  columns: readonly Column[];
  series: readonly Series[];
  format: (value: number) => string;
  /** What is shown of the column pointed at. */
  tooltip: (key: string) => ReactNode;
}

/** Stacked columns, or areas where columns would be too narrow; what is unknown is hatched. */
export function StackedChart(props: StackedChartProps) {
  const [element, room] = useRoom();
  return (
    <div ref={element} className="relative h-60">
      {room && room.width > 0 && <Drawn {...props} room={room} />}
    </div>
  );
}

function Drawn({ room, ...props }: StackedChartProps & { room: Room }) {
  const { title, columns, series, format, tooltip } = props;
  const id = useId();
  const [active, setActive] = useState<string | null>(null);
  const { plot, values, positions, ticks } = layout(props, room);
  const isBars = positions.bandwidth >= MIN_BAR_PIXELS;
  const shown = columns.find(({ key }) => key === active);
  const frame = { columns, series, values, positions, height: plot.height, id };
  return (
    <>
      <svg aria-hidden width={room.width} height={plot.outerHeight} className="block">
        <Hatches id={id} />
        <g transform={`translate(${plot.left} ${plot.top})`}>
          {shown && (
            <rect
              x={positions(shown.key)}
              width={positions.bandwidth}
              height={plot.height}
              className="fill-sunken"
            />
          )}
          <ValueAxis
            scale={values}
            ticks={ticks}
            width={plot.width}
            isLabelled={columns.some((column) => sumOf(column) !== 0)}
            format={format}
          />
          <Unknown {...frame} />
          {isBars ? <Bars {...frame} /> : <Areas {...frame} />}
          <Reference {...frame} />
          <ColumnMarks {...frame} />
          <LabelAxis
            labels={labels(columns, positions, room)}
            width={plot.width}
            height={plot.height}
            textScale={room.textScale}
          />
        </g>
      </svg>
      <ColumnTargets
        title={title}
        columns={columns}
        positions={positions}
        plot={plot}
        active={active}
        onActive={setActive}
      />
      {shown && (
        <Tooltip x={plot.left + centre(positions, shown.key)} width={room.width}>
          {tooltip(shown.key)}
        </Tooltip>
      )}
    </>
  );
}

/** The pixels of the plot inside the axes. */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  outerHeight: number;
}

function layout({ columns, format }: StackedChartProps, { width, textScale }: Room) {
  const outerHeight = HEIGHT_REM * 16 * textScale;
  const height = outerHeight - 8 - 28 * textScale;
  const sums = columns.flatMap((column) => [sumOf(column), column.reference ?? 0]);
  const values = stackScale(sums, height);
  const ticks = valueTicks(values, height, textScale);
  const left = Math.max(...ticks.map((tick) => widthOf(format(tick), textScale))) + 10;
  const plot: Plot = { left, top: 8, width: Math.max(1, width - left - 4), height, outerHeight };
  const positions = columnScale(
    columns.map(({ key }) => key),
    plot.width,
  );
  return { plot, values, positions, ticks };
}

const centre = (positions: ColumnScale, key: string) => positions(key) + positions.bandwidth / 2;

/** Labels as far as there is room, counted from the first column. */
function labels(columns: readonly Column[], positions: ColumnScale, { textScale }: Room) {
  const widest = Math.max(...columns.map(({ label }) => widthOf(label, textScale)));
  const every = labelInterval(widest, positions.step);
  return columns
    .filter((_, index) => index % every === 0)
    .map(({ key, label }) => ({ x: centre(positions, key), text: label }));
}

interface FrameProps {
  columns: readonly Column[];
  series: readonly Series[];
  values: ValueScale;
  positions: ColumnScale;
  height: number;
  id: string;
}

function Bars({ columns, series, values, positions, height, id }: FrameProps) {
  const width = positions.bandwidth;
  return columns.map((column) => (
    <g key={column.key} transform={`translate(${positions(column.key)} 0)`}>
      {segments(column, series).map(({ series: { key, colour }, low, high, isEstimated }) => {
        const y = values(Math.max(low, high));
        const size = { y, width, height: Math.abs(values(low) - values(high)) };
        return (
          <g key={`${key} ${isEstimated}`} data-series={key}>
            <rect {...size} fill={colour} className="mark" />
            {isEstimated && <rect {...size} fill={hatchFill(id, "estimated")} />}
          </g>
        );
      })}
      {column.state === "partial" && (
        <rect y={height + 2} width={width} height={4} fill={hatchFill(id, "no-data")} />
      )}
    </g>
  ));
}

function Areas({ columns, series, values, positions }: FrameProps) {
  const layers = stack<Column>()
    .keys(series.map(({ key }) => key))
    .value((column, key) => column.parts[key]?.value ?? 0)(columns);
  const shape = area<(typeof layers)[number][number]>()
    .defined(({ data }) => isKnown(data))
    .x(({ data }) => centre(positions, data.key))
    .y0(([low]) => values(low))
    .y1(([, high]) => values(high));
  return layers.map((layer, index) => (
    <path
      key={layer.key}
      d={shape(layer) ?? ""}
      fill={series[index]?.colour}
      className="mark"
      data-series={layer.key}
    />
  ));
}

/** An unknown column is hatched over the full height: a gap one can see, not a low bar. */
function Unknown({ columns, positions, height, id }: FrameProps) {
  return columns.map(({ key, state }) =>
    state === "no-data" || state === "no-price" ? (
      <rect
        key={key}
        x={positions(key)}
        width={positions.bandwidth}
        height={height}
        fill={hatchFill(id, state)}
        fillOpacity={0.35}
        data-state={state}
      />
    ) : null,
  );
}

/** One of each type above a column, however many there are in it. */
function ColumnMarks({ columns, positions }: FrameProps) {
  return columns.flatMap(({ key, marks = [] }) => {
    const types = [...new Set(marks.map(({ type }) => type))];
    return types.map((type, index) => (
      <MarkShape
        key={`${key} ${type}`}
        type={type}
        x={centre(positions, key) + (index - (types.length - 1) / 2) * 11}
        y={-7}
      />
    ));
  });
}

/** The period compared with: a short line at its value in each column. */
function Reference({ columns, values, positions }: FrameProps) {
  return columns.map(({ key, reference }) => {
    if (reference === null) return null;
    const x = positions(key) - 1;
    return (
      <line
        key={key}
        x1={x}
        x2={x + positions.bandwidth + 2}
        y1={values(reference)}
        y2={values(reference)}
        className="stroke-ink"
        strokeWidth="1.5"
        data-reference
      />
    );
  });
}
