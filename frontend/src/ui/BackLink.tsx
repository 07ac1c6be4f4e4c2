"use client";

import type { ReactNode } from "react";
import { PlaceLink } from "@/places/PlaceLink";
import { type Place, placeFromPath } from "@/places/place";

/** The way back to the place that a page is about. */
export function BackLink({ place, children }: { place: Required<Place>; children: ReactNode }) {
  return (
    <PlaceLink
      place={placeFromPath(place)}
      className="tap inline-flex items-center text-muted text-sm hover:text-ink hover:underline"
    >
      ‹ {children}
    </PlaceLink>
  );
}
