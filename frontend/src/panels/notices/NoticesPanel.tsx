"use client";

import { useTranslations } from "use-intl";
import { NOTICES } from "@/api/refresh";
import type { Notice, PlaceNode } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { isInside, type Place, placeFromPath } from "@/places/place";
import { placeOf } from "@/places/tree";
import { Skeleton } from "@/ui/Skeleton";
import { NoticeItem } from "./NoticeItem";
import { useNotices } from "./useNotices";

/** More than these fold, so that figures stay in sight. */
const MAX_OPEN = 4;

/** What needs somebody's attention at this place, and, folded, what somebody has seen already. */
export function NoticesPanel({ node }: { node: PlaceNode }) {
  const t = useTranslations("notices");
  const answer = useNotices();
  const all = answer.data?.notices.filter((notice) => isAbout(notice, placeOf(node))) ?? [];
  const open = all.filter(({ acknowledgement }) => !acknowledgement);
  return (
    <div className="min-w-0 px-4 py-4 sm:px-5">
      <h2 className="text-muted text-sm">
        {t("title")}
        {open.length > 0 && ` (${open.length})`}
      </h2>
      <Loaded
        answer={answer}
        skeleton={<Skeleton className="mt-2 h-16 w-full" />}
        notAfterMs={NOTICES.notAfterMs}
        // The other figures of this place name the failure.
        problem={() => null}
      >
        {(_, receivedAtMs) => {
          const list = (notices: readonly Notice[]) => (
            <List notices={notices} receivedAtMs={receivedAtMs} />
          );
          const [shown, more] = [open.slice(0, MAX_OPEN), open.slice(MAX_OPEN)];
          const seen = all.filter(({ acknowledgement }) => acknowledgement);
          return (
            <div data-testid="notices" className="mt-2 space-y-2">
              {open.length > 0 ? list(shown) : <p>{t("none")}</p>}
              {more.length > 0 && (
                <Fold title={t("more", { count: more.length })}>{list(more)}</Fold>
              )}
              {seen.length > 0 && (
                <Fold title={t("seen", { count: seen.length })}>{list(seen)}</Fold>
              )}
            </div>
          );
        }}
      </Loaded>
    </div>
  );
}

/** What is about the house as a whole is shown on its own page only. */
function isAbout({ place }: Notice, around: Place): boolean {
  return isInside(place ? placeFromPath(place) : {}, around);
}

function List({ notices, receivedAtMs }: { notices: readonly Notice[]; receivedAtMs: number }) {
  return (
    <ul className="space-y-3">
      {notices.map((notice) => (
        <NoticeItem key={notice.id} notice={notice} receivedAtMs={receivedAtMs} />
      ))}
    </ul>
  );
}

function Fold({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <details>
      <summary className="tap flex w-fit cursor-pointer items-center text-muted text-sm">
        {title}
      </summary>
      {children}
    </details>
  );
}
