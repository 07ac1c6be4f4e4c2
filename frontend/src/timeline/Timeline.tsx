"use client";

import { useLocale, useTranslations } from "use-intl";
import { useHouse } from "@/house/HouseProvider";
import { dateFormat } from "@/language/formats";
import { Texts } from "@/language/Texts";
import en from "../../messages/en/timeline.json";
import ja from "../../messages/ja/timeline.json";
import { type Drawn, drawn, type Segment, type Span } from "./spans";

const TEXTS = { en, ja };
const LANE_HEIGHT = 28;

interface TimelineProps {
  /** What the picture is of. */
  title: string;
  spans: readonly Span[];
}

/** Spans along time, with the gaps between them and where two hold at once. */
export function Timeline(props: TimelineProps) {
  return (
    <Texts of={TEXTS}>
      <Picture {...props} />
    </Texts>
  );
}

function Picture({ title, spans }: TimelineProps) {
  const { now } = useHouse();
  const nowMs = Date.parse(now);
  const found = drawn(spans, nowMs);
  const describe = useDescription();
  if (!found) return null;
  const overlaps = found.segments.filter(({ type }) => type === "overlap");
  return (
    <figure className="my-3" data-testid="timeline">
      <figcaption className="mb-1 text-muted text-xs">{title}</figcaption>
      {/* The list has in words what the picture shows. */}
      <div aria-hidden className="relative" style={{ height: heightOf(found) }}>
        {found.segments.map((segment) => (
          <Bar key={segment.key} segment={segment} within={found} />
        ))}
        <div
          className="absolute inset-y-0 w-px bg-ink"
          style={{ insetInlineStart: `${positionOf(nowMs, found)}%` }}
        />
      </div>
      <Ends within={found} />
      <ul className="sr-only">
        {found.segments.map((segment) => (
          <li key={segment.key}>{describe(segment)}</li>
        ))}
      </ul>
      {overlaps.map((segment) => (
        <p key={segment.key} className="mt-1 text-down text-sm">
          {describe(segment)}
        </p>
      ))}
    </figure>
  );
}

/** What is only tried has a lane of its own. */
function heightOf({ segments }: Drawn): number {
  return segments.some(({ isDraft }) => isDraft) ? 2 * LANE_HEIGHT : LANE_HEIGHT;
}

function positionOf(atMs: number, { fromMs, toMs }: Drawn): number {
  return (100 * (atMs - fromMs)) / (toMs - fromMs);
}

const LOOKS = {
  span: "rounded-sm border border-line-strong bg-sunken px-1.5",
  gap: "hatched-unpriced",
  overlap: "border-2 border-down",
} as const;

function Bar({ segment, within }: { segment: Segment; within: Drawn }) {
  const start = positionOf(segment.fromMs, within);
  const width = positionOf(segment.toMs, within) - start;
  const look = segment.isDraft
    ? "rounded-sm border border-accent border-dashed px-1.5"
    : LOOKS[segment.type];
  return (
    <div
      className={`absolute overflow-hidden text-ellipsis whitespace-nowrap text-xs leading-6 ${look}`}
      style={{
        insetInlineStart: `${start}%`,
        width: `${width}%`,
        top: segment.isDraft ? LANE_HEIGHT : 0,
        height: segment.type === "overlap" ? heightOf(within) - 2 : LANE_HEIGHT - 2,
      }}
      title={segment.label}
    >
      {segment.label}
    </div>
  );
}

function Ends({ within }: { within: Drawn }) {
  const month = useMonth();
  return (
    <div aria-hidden className="mt-1 flex justify-between text-muted text-xs">
      <span>{month(within.fromMs)}</span>
      <span>{month(within.toMs)}</span>
    </div>
  );
}

function useMonth() {
  const locale = useLocale();
  const { time_zone } = useHouse();
  const options = { year: "numeric", month: "short", timeZone: time_zone } as const;
  const format = dateFormat(locale, options);
  return (atMs: number) => format.format(atMs);
}

function useDescription() {
  const t = useTranslations("timeline");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const format = dateFormat(locale, { dateStyle: "medium", timeZone: time_zone });
  return ({ type, label, fromMs, toMs, isDraft }: Segment) =>
    t(isDraft ? "draft" : type, { label, from: format.format(fromMs), to: format.format(toMs) });
}
