import type { Balance, Cost } from "@/api/types";

export type SourceKey = "generated" | "bought" | "discharged" | "difference";
export type UseKey = "sold" | "charged" | "room" | "others" | "rest" | "difference";

/** A stream of the picture, in kWh; lengths are for the eye only, exact figures stay beside. */
export interface Stream<Key extends string> {
  key: Key;
  /** Of a room its id; else the key. */
  id: string;
  kwh: number;
}

export interface Flows {
  sources: readonly Stream<SourceKey>[];
  uses: readonly Stream<UseKey>[];
}

/** More rooms than these share one stream. */
const MAX_ROOMS = 6;

/** A difference below this part of all is rounding, and the reading times of the meters. */
const SHOWN_DIFFERENCE = 0.01;

/**
 * Where electricity came from and went to. Both sides are of one length: what the meters do not
 * agree on is a stream of its own.
 */
export function flowsOf(balance: Balance["total"], rooms: Pick<Cost, "rows">["rows"]): Flows {
  const sources: Stream<SourceKey>[] = [
    stream("generated", balance.generated_kwh),
    stream("bought", balance.bought_kwh),
    stream("discharged", balance.discharged_kwh),
  ].filter(isSeen);
  const uses: Stream<UseKey>[] = [
    stream("sold", balance.sold_kwh),
    stream("charged", balance.charged_kwh),
    ...roomStreams(rooms),
    stream("rest", balance.rest_kwh),
  ].filter(isSeen);
  const [came, went] = [sumOf(sources), sumOf(uses)];
  const difference = { key: "difference" as const, id: "difference", kwh: Math.abs(came - went) };
  if (difference.kwh <= SHOWN_DIFFERENCE * Math.max(came, went)) return { sources, uses };
  return came < went
    ? { sources: [...sources, difference], uses }
    : { sources, uses: [...uses, difference] };
}

/** Whether there is anything to draw. */
export const hasFlows = ({ sources }: Flows) => sources.some(({ key }) => key !== "difference");

function roomStreams(rows: Pick<Cost, "rows">["rows"]): Stream<UseKey>[] {
  const rooms = rows
    .flatMap(({ place, figures }) =>
      place?.room ? [{ ...stream("room", figures.energy_kwh), id: place.room }] : [],
    )
    .filter(isSeen)
    .toSorted((a, b) => b.kwh - a.kwh);
  const isFew = rooms.length <= MAX_ROOMS + 1;
  const others = isFew ? [] : rooms.slice(MAX_ROOMS);
  const rest = { key: "others" as const, id: "others", kwh: sumOf(others) };
  return isFew ? rooms : [...rooms.slice(0, MAX_ROOMS), rest];
}

function stream<Key extends string>(key: Key, kwh: string | null): Stream<Key> {
  return { key, id: key, kwh: Number(kwh ?? 0) };
}

const isSeen = ({ kwh }: { kwh: number }) => kwh > 0;

export const sumOf = (streams: readonly { kwh: number }[]) =>
  streams.reduce((sum, { kwh }) => sum + kwh, 0);

/** Where a stream lies in the picture, in pixels from the top. */
export interface Placed<Key extends string> extends Stream<Key> {
  /** At its own end. */
  top: number;
  /** In the middle, where all streams lie on each other without a gap. */
  middle: number;
  height: number;
}

export interface Measures {
  /** Of everything together. */
  height: number;
  /** Between two streams at the edge, and the least room of one: that of its text. */
  gap: number;
  slot: number;
}

/** Places one side from the top down; a thin stream keeps the room that its text needs. */
export function placed<Key extends string>(
  streams: readonly Stream<Key>[],
  { height, gap, slot }: Measures,
): Placed<Key>[] {
  const all = sumOf(streams);
  let [top, middle] = [0, 0];
  return streams.map((one) => {
    const own = all > 0 ? (one.kwh / all) * height : 0;
    const room = Math.max(own, slot);
    const place = { ...one, top: top + (room - own) / 2, middle, height: own };
    top += room + gap;
    middle += own;
    return place;
  });
}

/** How high a side is. */
export function heightOf(streams: readonly Placed<string>[], { slot, gap }: Measures): number {
  const rooms = streams.map(({ height }) => Math.max(height, slot));
  return rooms.reduce((sum, room) => sum + room, 0) + gap * Math.max(0, streams.length - 1);
}

/** The outline of a stream between two edges. */
export function ribbon(fromX: number, fromY: number, toX: number, toY: number, height: number) {
  const turn = (fromX + toX) / 2;
  return (
    `M${fromX} ${fromY}C${turn} ${fromY} ${turn} ${toY} ${toX} ${toY}` +
    `V${toY + height}C${turn} ${toY + height} ${turn} ${fromY + height} ${fromX} ${fromY + height}Z`
  );
}
