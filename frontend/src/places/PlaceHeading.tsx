"use client";

import { useEffect, useRef } from "react";
import { useLocale } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { useTitle } from "@/shell/useTitle";
import { Breadcrumbs } from "./Breadcrumbs";

/** Whether some place was shown before: the first one keeps the browser's own focus. */
let hasShownPlace = false;

export function PlaceHeading({ way }: { way: readonly PlaceNode[] }) {
  const locale = useLocale();
  const name = way.at(-1)?.name[locale] ?? "";
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Focus follows to the new place, so that a screen reader says where one has come.
    if (hasShownPlace) heading.current?.focus({ preventScroll: true });
    hasShownPlace = true;
  }, []);
  useTitle(name);
  return (
    <div>
      <Breadcrumbs way={way} />
      <h1 ref={heading} tabIndex={-1} className="font-semibold text-title tracking-tight">
        {name}
      </h1>
    </div>
  );
}
