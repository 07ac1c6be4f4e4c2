"use client";

import type { ReactNode } from "react";
import { AddressLink } from "@/address/AddressLink";
import { useKept } from "@/address/useKept";
import { addressOf, type Place } from "./place";

interface PlaceLinkProps {
  place: Place;
  /** Whether it is the place shown. */
  isHere?: boolean;
  className?: string;
  children: ReactNode;
}

/** A link to another place, over the same period and in the same order. */
export function PlaceLink({ place, isHere, ...rest }: PlaceLinkProps) {
  return (
    <AddressLink
      href={addressOf(place, useKept())}
      aria-current={isHere ? "page" : undefined}
      {...rest}
    />
  );
}
