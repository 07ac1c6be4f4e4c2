"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { useRoom } from "@/charts/useRoom";
import { PlaceLink } from "@/places/PlaceLink";
import { Energy } from "@/quantities/Shown";
import {
  type Flows,
  heightOf,
  type Measures,
  type Placed,
  placed,
  ribbon,
  type SourceKey,
  type UseKey,
} from "./flows";

const HEIGHT_REM = 13;
const GAP_REM = 0.4;
/** The room of a name and its energy; on a phone a name may take two lines. */
const WIDE = { label: 11, slot: 2.5 };
const NARROW = { label: 7, slot: 3 };
const NARROW_BELOW_REM = 34;
const BAR_PIXELS = 10;

const COLOURS: Record<SourceKey | UseKey, string> = {
  generated: "var(--series-2)",
  bought: "var(--series-1)",
  discharged: "var(--series-3)",
  sold: "var(--series-6)",
  charged: "var(--series-3)",
  room: "var(--measured)",
  others: "var(--measured)",
  rest: "var(--series-others)",
  difference: "var(--down)",
};

interface FlowPictureProps {
  flows: Flows;
  house: PlaceNode;
}

/** Streams from where electricity came from, through the house, to where it went. */
export function FlowPicture(props: FlowPictureProps) {
  const [element, room] = useRoom();
  return (
    <div ref={element} className="mt-2">
      {room && room.width > 0 && <Drawn {...props} width={room.width} rem={16 * room.textScale} />}
    </div>
  );
}

function Drawn({ flows, house, width, rem }: FlowPictureProps & { width: number; rem: number }) {
  const t = useTranslations("balance");
  const text = width < NARROW_BELOW_REM * rem ? NARROW : WIDE;
  const measures = { height: HEIGHT_REM * rem, slot: text.slot * rem, gap: GAP_REM * rem };
  const [sources, uses] = [placed(flows.sources, measures), placed(flows.uses, measures)];
  const height = Math.max(heightOf(sources, measures), heightOf(uses, measures), measures.height);
  const label = text.label * rem;
  const [left, right, centre] = [label, width - label, width / 2];
  const offsets = {
    sources: (height - heightOf(sources, measures)) / 2,
    uses: (height - heightOf(uses, measures)) / 2,
    middle: (height - measures.height) / 2,
  };
  return (
    <div className="relative" style={{ height }}>
      <svg aria-hidden width={width} height={height} className="absolute inset-0 block">
        {sources.map((one) => (
          <Side key={one.id} stream={one} edge={left} centre={centre} offsets={offsets} />
        ))}
        {uses.map((one) => (
          <Side key={one.id} stream={one} edge={right} centre={centre} offsets={offsets} isUse />
        ))}
        <rect
          x={centre - BAR_PIXELS / 2}
          y={offsets.middle}
          width={BAR_PIXELS}
          height={measures.height}
          className="mark fill-muted"
        />
      </svg>
      <Labels title={t("from")} side="start" width={label - 8}>
        {sources.map((one) => (
          <Label key={one.id} stream={one} offset={offsets.sources} measures={measures}>
            {one.key === "difference" ? t("difference") : t(one.key)}
          </Label>
        ))}
      </Labels>
      <Labels title={t("to")} side="end" width={label - 8}>
        {uses.map((one) => (
          <Label key={one.id} stream={one} offset={offsets.uses} measures={measures}>
            {one.key === "room" ? <RoomName id={one.id} house={house} /> : t(one.key)}
          </Label>
        ))}
      </Labels>
    </div>
  );
}

interface SideProps {
  stream: Placed<SourceKey | UseKey>;
  edge: number;
  centre: number;
  offsets: { sources: number; uses: number; middle: number };
  isUse?: boolean;
}

/** A stream and its bar at the edge of the picture. */
function Side({ stream, edge, centre, offsets, isUse = false }: SideProps) {
  const { top, middle, height, key, id } = stream;
  const y = top + (isUse ? offsets.uses : offsets.sources);
  const path = ribbon(edge, y, centre, middle + offsets.middle, height);
  const x = isUse ? edge - BAR_PIXELS : edge;
  const visible = Math.max(1, height);
  return (
    <g fill={COLOURS[key]} data-stream={id}>
      <path d={path} opacity={0.4} className="mark" />
      <rect x={x} y={y} width={BAR_PIXELS} height={visible} className="mark" />
    </g>
  );
}

interface LabelsProps {
  title: string;
  side: "start" | "end";
  width: number;
  children: ReactNode;
}

function Labels({ title, side, width, children }: LabelsProps) {
  const place = side === "start" ? "start-0 text-end" : "end-0 text-start";
  return (
    <ul aria-label={title} className={`absolute inset-y-0 text-xs ${place}`} style={{ width }}>
      {children}
    </ul>
  );
}

interface LabelProps {
  stream: Placed<string>;
  offset: number;
  measures: Measures;
  children: ReactNode;
}

/** Name and energy of a stream beside its bar. */
function Label({ stream, offset, measures: { slot }, children }: LabelProps) {
  const top = offset + stream.top + stream.height / 2 - slot / 2;
  return (
    <li
      className="absolute inset-x-0 flex flex-col justify-center leading-tight"
      style={{ top, height: slot }}
    >
      <span className="line-clamp-2">{children}</span>
      <span className="font-medium text-sm">
        <Energy kwh={String(stream.kwh)} testId={`flow-${stream.id}`} />
      </span>
    </li>
  );
}

function RoomName({ id, house }: { id: string; house: PlaceNode }) {
  const locale = useLocale();
  const room = house.children.find((child) => child.id === id);
  if (!room) return id;
  return (
    <PlaceLink place={{ room: id }} className="hover:text-accent">
      {room.name[locale]}
    </PlaceLink>
  );
}
