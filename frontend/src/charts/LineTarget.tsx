"use client";

import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { nearestIndex, zoomAround } from "./pointing";
import type { Plot } from "./StackedChart";
import type { ValueScale } from "./scales";

/** Shorter drags are clicks. */
const MIN_DRAG_PIXELS = 8;

interface LineTargetProps {
  title: string;
  plot: Plot;
  times: ValueScale;
  instantsMs: readonly number[];
  active: number | null;
  onActive: (index: number | null) => void;
  describe: (index: number) => string;
  onDrag: (range: readonly [number, number] | null) => void;
  onZoom?: (fromMs: number, toMs: number) => void;
}

/**
 * The plot as a slider over its instants: arrow keys move along the line and a screen reader
 * reads each instant. A drag, or the plus key, zooms.
 */
export function LineTarget(props: LineTargetProps) {
  const { title, plot, times, instantsMs, active, onActive, describe, onDrag, onZoom } = props;
  const start = useRef<number | null>(null);
  const last = instantsMs.length - 1;
  const index = active ?? last;

  const offset = (event: PointerEvent<HTMLDivElement>) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;

  function point(event: PointerEvent<HTMLDivElement>): void {
    const x = offset(event);
    onActive(nearestIndex(instantsMs, times.invert(x)));
    if (onZoom && start.current !== null && Math.abs(x - start.current) >= MIN_DRAG_PIXELS) {
      onDrag([start.current, Math.max(0, Math.min(plot.width, x))]);
    }
  }

  function release(event: PointerEvent<HTMLDivElement>): void {
    const from = start.current;
    const to = Math.max(0, Math.min(plot.width, offset(event)));
    start.current = null;
    onDrag(null);
    if (!onZoom || from === null || Math.abs(to - from) < MIN_DRAG_PIXELS) return;
    onZoom(times.invert(Math.min(from, to)), times.invert(Math.max(from, to)));
  }

  function press(event: KeyboardEvent): void {
    const wanted = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      PageDown: index - 10,
      PageUp: index + 10,
      Home: 0,
      End: last,
    }[event.key];
    if (wanted !== undefined) {
      event.preventDefault();
      onActive(Math.max(0, Math.min(last, wanted)));
    } else if (event.key === "+" && onZoom) {
      const [from, to] = zoomAround(instantsMs, index);
      onZoom(from, to);
    }
  }

  return (
    <div
      role="slider"
      aria-label={title}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={index}
      aria-valuetext={describe(index)}
      tabIndex={0}
      onKeyDown={press}
      onFocus={() => onActive(index)}
      onBlur={() => onActive(null)}
      onPointerDown={(event) => {
        start.current = offset(event);
        if (event.pointerType === "mouse") event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={point}
      onPointerUp={release}
      onPointerCancel={() => {
        start.current = null;
        onDrag(null);
      }}
      onPointerLeave={(event) => event.pointerType === "mouse" && onActive(null)}
      className={`absolute touch-pan-y select-none rounded-sm ${onZoom ? "cursor-crosshair" : ""}`}
      style={{
        left: `${plot.left}px`,
        top: `${plot.top}px`,
        width: `${plot.width}px`,
        height: `${plot.height}px`,
      }}
    />
  );
}
