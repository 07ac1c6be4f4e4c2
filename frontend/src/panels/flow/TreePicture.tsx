"use client";

import { useLocale } from "use-intl";
import { ribbon } from "@/balance/flows";
import { coloursOf } from "@/charts/colours";
import { useRoom } from "@/charts/useRoom";
import { PlaceLink } from "@/places/PlaceLink";
import { placeOf } from "@/places/tree";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import { type FlowNode, heightOfTree, type PlacedNode, placedTree, withoutShelves } from "./tree";
import { useFlowName } from "./useFlowName";

const HEIGHT_REM = 16;
const GAP_REM = 0.25;
const SLOT_REM = 2.25;
const BAR_PIXELS = 8;
/** On a phone there is no room for shelves. */
const NARROW_BELOW_REM = 40;

/** Streams from a place through rooms and shelves to its devices, as wide as their energy. */
export function TreePicture({ tree }: { tree: FlowNode }) {
  const [element, room] = useRoom();
  return (
    <div ref={element} className="mt-2">
      {room && room.width > 0 && <Drawn tree={tree} width={room.width} rem={16 * room.textScale} />}
    </div>
  );
}

function Drawn({ tree, width, rem }: { tree: FlowNode; width: number; rem: number }) {
  const shown = width < NARROW_BELOW_REM * rem ? withoutShelves(tree) : tree;
  const measures = { height: HEIGHT_REM * rem, gap: GAP_REM * rem, slot: SLOT_REM * rem };
  const placed = placedTree(shown, measures);
  const columns = Math.max(...placed.map(({ column }) => column)) + 1;
  // The last column's texts stand behind its bars, so each column has the same room.
  const x = (column: number) => (column * width) / columns;
  const height = heightOfTree(shown, measures);
  const colours = coloursOfTree(shown);
  return (
    <div className="relative" style={{ height }}>
      <svg aria-hidden width={width} height={height} className="absolute inset-0 block">
        {placed.map((one) => (
          <Stream key={one.flow.key} placed={one} x={x} colour={colours.get(one.flow.key)} />
        ))}
      </svg>
      <ul className="text-xs">
        {placed.map((one) => (
          <Label
            key={one.flow.key}
            placed={one}
            left={x(one.column) + BAR_PIXELS + 6}
            width={width / columns - BAR_PIXELS - 12}
            slot={measures.slot}
          />
        ))}
      </ul>
    </div>
  );
}

/** What is directly inside has a colour of its own, and gives it to all below. */
function coloursOfTree({ key, node, children }: FlowNode): ReadonlyMap<string, string> {
  const colours = new Map([[key, "var(--muted)"]]);
  const paint = (flow: FlowNode, colour: string): void => {
    colours.set(flow.key, colour);
    for (const child of flow.children) paint(child, colour);
  };
  const ordered = node?.children.map(({ id }) => id) ?? [];
  const own = coloursOf(
    ordered,
    children.flatMap((child) => child.node?.id ?? []),
  );
  for (const child of children) {
    paint(child, own.get(child.node?.id ?? "") ?? "var(--series-others)");
  }
  return colours;
}

interface StreamProps {
  placed: PlacedNode;
  x: (column: number) => number;
  colour: string | undefined;
}

/** A bar, and the stream that leads to it. */
function Stream({ placed: { flow, column, top, height, from }, x, colour }: StreamProps) {
  const visible = Math.max(1, height);
  return (
    <g fill={colour} data-stream={flow.key}>
      {from && (
        <path
          d={ribbon(x(from.column) + BAR_PIXELS, from.top, x(column), top, visible)}
          opacity={0.3}
          className="mark"
        />
      )}
      <rect x={x(column)} y={top} width={BAR_PIXELS} height={visible} className="mark" />
    </g>
  );
}

interface LabelProps {
  placed: PlacedNode;
  left: number;
  width: number;
  slot: number;
}

/** Name and energy beside the bar. */
function Label({ placed: { flow, top, height }, left, width, slot }: LabelProps) {
  const locale = useLocale();
  const name = useFlowName()(flow);
  const { node } = flow;
  return (
    <li
      className="absolute flex flex-col justify-center leading-tight"
      style={{ top: top + height / 2 - slot / 2, left, width, height: slot }}
    >
      <span className="truncate">
        {node && node.level !== "house" ? (
          <PlaceLink place={placeOf(node)} className="hover:text-accent">
            {name}
          </PlaceLink>
        ) : (
          name
        )}
      </span>
      <span className="font-medium" data-testid={`flow-to-${flow.key}`} data-value={flow.kwh}>
        {textOf(formatEnergy(locale, String(flow.kwh)))}
      </span>
    </li>
  );
}
