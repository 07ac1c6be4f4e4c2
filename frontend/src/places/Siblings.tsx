"use client";

import { useLocale, useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { PlaceLink } from "./PlaceLink";
import { addressOf } from "./place";
import { placeOf } from "./tree";

/** What is beside the place shown, each one click away. */
export function Siblings({ way }: { way: readonly PlaceNode[] }) {
  const t = useTranslations("place");
  const locale = useLocale();
  const [around, here] = way.slice(-2);
  if (!around || !here || around.children.length < 2) return null;
  return (
    <nav aria-label={t("siblings", { place: around.name[locale] })}>
      <h2 className="mb-2 font-semibold">{around.name[locale]}</h2>
      <ul className="flex flex-wrap gap-1.5">
        {around.children.map((each) => (
          <li key={addressOf(placeOf(each))}>
            <PlaceLink
              place={placeOf(each)}
              isHere={each.id === here.id}
              className="tap choice inline-flex items-center rounded-md px-2 text-muted text-sm hover:text-ink"
            >
              {each.name[locale]}
            </PlaceLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
