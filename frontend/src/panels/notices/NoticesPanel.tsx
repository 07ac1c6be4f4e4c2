"use client";

import { useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { placeOf } from "@/places/tree";
import { NotUp } from "./NotUp";

/** What needs somebody's attention at this place. */
export function NoticesPanel({ node }: { node: PlaceNode }) {
  const t = useTranslations("notices");
  const count = node.live.devices_down + node.live.devices_silent;
  return (
    <div className="min-w-0 px-4 py-4 sm:px-5">
      <h2 className="text-muted text-sm">
        {t("title")}
        {count > 0 && ` (${count})`}
      </h2>
      <div className="mt-2">{count > 0 ? <NotUp place={placeOf(node)} /> : <p>{t("none")}</p>}</div>
    </div>
  );
}
