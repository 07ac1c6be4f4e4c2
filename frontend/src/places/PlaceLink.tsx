"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { addressOf, type Place } from "./place";

interface PlaceLinkProps {
  place: Place;
  className?: string;
  children: ReactNode;
}

/** A link to another place on this same page: only the address changes, nothing is fetched. */
export function PlaceLink({ place, className, children }: PlaceLinkProps) {
  const address = addressOf(place);
  return (
    <Link
      href={address}
      prefetch={false}
      className={className}
      onNavigate={(event) => {
        event.preventDefault();
        window.history.pushState(null, "", address);
        window.scrollTo(0, 0);
      }}
    >
      {children}
    </Link>
  );
}
