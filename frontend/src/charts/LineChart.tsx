"use client";

import { area, line } from "d3-shape";
import type { ReactNode } from "react";
import { useState } from "react";
import { LabelAxis, ValueAxis, valueTicks, widthOf } from "./Axes";
import { LineTarget } from "./LineTarget";
import { type Mark, MarkShape } from "./Marks";
import { linearScale, lineScale, type ValueScale } from "./scales";
import { Tooltip } from "./Tooltip";
import { type Room, useRoom } from "./useRoom";

/** One line; its values belong to the instants of the chart, null where nothing is known. */
export interface Line {
  key: string;
  label: string;
  values: readonly (number | null)[];
  /** The least and the largest value of each step, drawn as a band behind the line. */
  band?: readonly (readonly [low: number, high: number] | null)[];
  stroke: string;
  strokeWidth: number;
  strokeDasharray?: string;
}

export interface TimeTick {
  atMs: number;
  text: string;
}

interface LineChartProps {
  title: string;
  /** Unix milliseconds, ascending. */
  instantsMs: readonly number[];
  lines: readonly Line[];
  ticks: readonly TimeTick[];
  heightRem: number;
  format: (value: number) => string;
  /** What is shown of the instant pointed at. */
  tooltip: (index: number) => ReactNode;
  /** The instant in words. */
  describe: (index: number) => string;
  /** What happened between the instants. */
  marks?: readonly Mark[];
  /** Called with the part that was dragged over; without it there is no zoom. */
  onZoom?: (fromMs: number, toMs: number) => void;
}

/** Lines over time; silence is a gap, never a line across it. Dragging zooms. */
export function LineChart(props: LineChartProps) {
  const [element, room] = useRoom();
  return (
    <div ref={element} className="relative" style={{ height: `${props.heightRem}rem` }}>
      {room && room.width > 0 && props.instantsMs.length > 0 && <Drawn {...props} room={room} />}
    </div>
  );
}

function Drawn({ room, ...props }: LineChartProps & { room: Room }) {
  const { title, instantsMs, lines, ticks, format, tooltip, describe, onZoom, marks = [] } = props;
  const [active, setActive] = useState<number | null>(null);
  const [dragged, setDragged] = useState<readonly [number, number] | null>(null);
  const { plot, values, valueLines, times } = layout(props, room);
  const paths = { instantsMs, times, values };
  const atMs = active === null ? undefined : instantsMs[active];
  return (
    <>
      <svg aria-hidden width={room.width} height={plot.outerHeight} className="block">
        <g transform={`translate(${plot.left} ${plot.top})`}>
          <ValueAxis
            scale={values}
            ticks={valueLines}
            width={plot.width}
            isLabelled={lines.some(({ values }) => values.some((value) => value !== null))}
            format={format}
          />
          {dragged && <Dragged range={dragged} height={plot.height} />}
          {lines.map((each) => (
            <LinePath key={each.key} line={each} {...paths} />
          ))}
          {marks.map(({ key, type, atMs: at }) => (
            <g key={key} transform={`translate(${times(at)} 0)`}>
              <line y2={plot.height} className="stroke-line-strong" strokeDasharray="2 3" />
              <MarkShape type={type} x={0} y={-7} />
            </g>
          ))}
          {atMs !== undefined && (
            <line
              x1={times(atMs)}
              x2={times(atMs)}
              y2={plot.height}
              className="stroke-line-strong"
            />
          )}
          <LabelAxis
            labels={ticks.map(({ atMs, text }) => ({ x: times(atMs), text }))}
            width={plot.width}
            height={plot.height}
            textScale={room.textScale}
          />
        </g>
      </svg>
      <LineTarget
        title={title}
        plot={plot}
        times={times}
        instantsMs={instantsMs}
        active={active}
        onActive={setActive}
        describe={describe}
        onDrag={setDragged}
        {...(onZoom && { onZoom })}
      />
      {active !== null && atMs !== undefined && !dragged && (
        <Tooltip x={plot.left + times(atMs)} width={room.width}>
          {tooltip(active)}
        </Tooltip>
      )}
    </>
  );
}

function layout({ lines, instantsMs, format, heightRem }: LineChartProps, room: Room) {
  const { width, textScale } = room;
  const outerHeight = heightRem * 16 * textScale;
  const height = outerHeight - 8 - 28 * textScale;
  const values = lineScale(lines.flatMap(valuesOf), height);
  const valueLines = valueTicks(values, height, textScale);
  const left = Math.max(...valueLines.map((tick) => widthOf(format(tick), textScale))) + 10;
  const plot = { left, top: 8, width: Math.max(1, width - left - 12), height, outerHeight };
  const times = linearScale([instantsMs[0] ?? 0, instantsMs.at(-1) ?? 1], [0, plot.width]);
  return { plot, values, valueLines, times };
}

function valuesOf({ values, band = [] }: Line): number[] {
  return [...values, ...band.flat()].filter((value) => value !== null && value !== undefined);
}

interface LinePathProps {
  line: Line;
  instantsMs: readonly number[];
  times: ValueScale;
  values: ValueScale;
}

function LinePath({ line: drawn, instantsMs, times, values }: LinePathProps) {
  const x = (_: unknown, index: number) => times(instantsMs[index] ?? 0);
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x(x)
    .y((value) => values(value ?? 0));
  const { stroke, strokeWidth, strokeDasharray } = drawn;
  return (
    <g data-line={drawn.key}>
      {drawn.band && <path d={bandPath(drawn.band, x, values)} fill={stroke} fillOpacity={0.18} />}
      <path
        d={path(drawn.values) ?? ""}
        fill="none"
        strokeLinejoin="round"
        strokeLinecap="round"
        {...{ stroke, strokeWidth, strokeDasharray }}
      />
    </g>
  );
}

function bandPath(
  band: NonNullable<Line["band"]>,
  x: (_: unknown, index: number) => number,
  values: ValueScale,
): string {
  const shape = area<readonly [number, number] | null>()
    .defined((step) => step !== null)
    .x(x)
    .y0((step) => values(step?.[0] ?? 0))
    .y1((step) => values(step?.[1] ?? 0));
  return shape(band) ?? "";
}

function Dragged({
  range: [from, to],
  height,
}: {
  range: readonly [number, number];
  height: number;
}) {
  return (
    <rect
      x={Math.min(from, to)}
      width={Math.abs(to - from)}
      height={height}
      className="fill-accent"
      fillOpacity={0.15}
    />
  );
}
