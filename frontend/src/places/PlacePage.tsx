"use client";

import { useSearchParams } from "next/navigation";
import { LIVE } from "@/api/refresh";
import type { PlaceNode } from "@/api/types";
import { ChildrenPanel } from "@/panels/children/ChildrenPanel";
import { DaysPanel } from "@/panels/days/DaysPanel";
import { DevicePanel } from "@/panels/device/DevicePanel";
import { Loaded } from "@/panels/Loaded";
import { NowPanel } from "@/panels/now/NowPanel";
import { PlaceHeading } from "./PlaceHeading";
import { PlaceNotFound } from "./PlaceNotFound";
import { PlaceSkeleton } from "./PlaceSkeleton";
import { addressOf, placeFromQuery } from "./place";
import { placeOf, wayTo } from "./tree";
import { usePlaces } from "./usePlaces";

/** The house, or the room, shelf or device that the address names. */
export function PlacePage() {
  const place = placeFromQuery(useSearchParams());
  return (
    <Loaded answer={usePlaces()} skeleton={<PlaceSkeleton />} notAfterMs={LIVE.notAfterMs}>
      {(house, receivedAtMs) => {
        const way = wayTo(house, place);
        return way ? <Panels way={way} receivedAtMs={receivedAtMs} /> : <PlaceNotFound />;
      }}
    </Loaded>
  );
}

interface PanelsProps {
  way: readonly PlaceNode[];
  receivedAtMs: number;
}

function Panels({ way, receivedAtMs }: PanelsProps) {
  const node = way.at(-1);
  if (!node) return <PlaceNotFound />;
  const place = placeOf(node);
  return (
    // The key starts each place anew: no sort order or open form walks along.
    <div key={addressOf(place)} className="space-y-6">
      <PlaceHeading way={way} />
      <NowPanel node={node} receivedAtMs={receivedAtMs} />
      <DaysPanel place={place} />
      {place.device ? <DevicePanel device={place.device} /> : <ChildrenPanel node={node} />}
    </div>
  );
}
