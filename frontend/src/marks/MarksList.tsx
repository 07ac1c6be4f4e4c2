"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Mark } from "@/charts/Marks";
import { MarkLines } from "@/charts/Marks";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";

/** What is marked on the axis of a picture, in words. */
export function MarksList({ marks }: { marks: readonly Mark[] }) {
  const t = useTranslations("marks");
  const locale = useLocale();
  const { time_zone } = useHouse();
  if (marks.length === 0) return null;
  return (
    <>
      <p className="mt-4 font-medium">{t("title")}</p>
      <ul data-testid="marks">
        {marks.map((mark) => {
          const at = new Date(mark.atMs).toISOString();
          return (
            <li key={mark.key} className="flex flex-wrap gap-x-3 border-line border-b py-1">
              <time dateTime={at} className="text-muted">
                {formatMoment(locale, at, time_zone)}
              </time>
              <MarkLines marks={[mark]} />
            </li>
          );
        })}
      </ul>
    </>
  );
}
