"use client";

import { useLocale, useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { PlaceLink } from "./PlaceLink";
import { addressOf } from "./place";
import { placeOf } from "./tree";

/** The way to the place shown, each step a link up. The house itself has no way to show. */
export function Breadcrumbs({ way }: { way: readonly PlaceNode[] }) {
  const t = useTranslations("place");
  const locale = useLocale();
  if (way.length < 2) return null;
  return (
    <nav aria-label={t("breadcrumbs")} className="mb-1 text-muted text-sm">
      <ol className="flex flex-wrap items-center">
        {way.map((node, index) => (
          <li key={addressOf(placeOf(node))} className="flex items-center">
            {index > 0 && (
              <span aria-hidden className="mx-2 text-line-strong">
                ›
              </span>
            )}
            {index < way.length - 1 ? (
              <PlaceLink
                place={placeOf(node)}
                className="tap inline-flex items-center hover:text-ink hover:underline"
              >
                {node.name[locale]}
              </PlaceLink>
            ) : (
              <span aria-current="page" className="py-1">
                {node.name[locale]}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
