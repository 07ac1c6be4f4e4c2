"use client";

import { type KeyboardEvent, type MouseEvent, type PointerEvent, useRef } from "react";
import { AddressLink } from "@/address/AddressLink";
import type { Plot } from "./StackedChart";
import type { ColumnScale } from "./scales";
import type { Column } from "./stack";

interface ColumnTargetsProps {
  title: string;
  columns: readonly Column[];
  positions: ColumnScale;
  plot: Plot;
  active: string | null;
  onActive: (key: string | null) => void;
}

/**
 * The columns as a list of links over the picture: plain DOM for pointer, finger, keyboard and
 * screen reader. One of them is a tab stop, the arrow keys move on. A finger's first tap selects
 * a column, the second one opens it.
 */
export function ColumnTargets(props: ColumnTargetsProps) {
  const { title, columns, positions, plot, active, onActive } = props;
  const list = useRef<HTMLUListElement>(null);
  const touched = useRef<{ key: string; wasActive: boolean } | null>(null);
  const stop = columns.some(({ key }) => key === active) ? active : columns.at(-1)?.key;

  function move(event: KeyboardEvent): void {
    const index = nextIndex(
      event.key,
      columns.findIndex(({ key }) => key === stop),
      columns.length,
    );
    if (index === null) return;
    event.preventDefault();
    list.current?.querySelectorAll<HTMLElement>("a, button")[index]?.focus();
  }

  const eventsOf = (key: string) => ({
    onPointerDown: (event: PointerEvent) => {
      touched.current = event.pointerType === "mouse" ? null : { key, wasActive: active === key };
    },
    onPointerEnter: (event: PointerEvent) => event.pointerType === "mouse" && onActive(key),
    onPointerLeave: (event: PointerEvent) => event.pointerType === "mouse" && onActive(null),
    onKeyDown: move,
    onFocus: () => onActive(key),
    onBlur: () => onActive(null),
    onClick: (event: MouseEvent) => {
      const isFirstTap = touched.current?.key === key && !touched.current.wasActive;
      if (isFirstTap) event.preventDefault();
      onActive(key);
    },
  });

  return (
    <ul
      ref={list}
      aria-label={title}
      className="absolute top-0"
      style={{ left: `${plot.left}px`, width: `${plot.width}px`, height: `${plot.outerHeight}px` }}
    >
      {columns.map((column) => {
        const offset = (positions.step - positions.bandwidth) / 2;
        const box = {
          left: `${positions(column.key) - offset}px`,
          width: `${positions.step}px`,
        };
        const target = {
          "aria-label": column.name,
          "aria-description": column.marks?.map(({ text }) => text).join("; ") || undefined,
          tabIndex: column.key === stop ? 0 : -1,
          className: "absolute inset-0 rounded-sm",
          ...eventsOf(column.key),
        };
        return (
          <li key={column.key} className="absolute inset-y-0" style={box}>
            {column.href ? (
              <AddressLink href={column.href} {...target} />
            ) : (
              <button type="button" {...target} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function nextIndex(key: string, index: number, count: number): number | null {
  const wanted = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: count - 1 }[key];
  return wanted === undefined || wanted < 0 || wanted >= count ? null : wanted;
}
