"use client";

import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";

const FindDialog = lazy(() =>
  import("./FindDialog").then((file) => ({ default: file.FindDialog })),
);

/** Opens the search for a place, a device or a page. */
export function FindButton() {
  const t = useTranslations("shell");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-label={t("find")}
        title={t("find")}
        aria-keyshortcuts="/ Control+K Meta+K"
        onClick={() => setOpen(true)}
        className="tap grid min-w-9 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
      >
        <svg viewBox="0 0 20 20" className="size-4.5" fill="none" stroke="currentColor" aria-hidden>
          <path
            strokeWidth="1.5"
            strokeLinecap="round"
            d="M13 13l4 4M14.5 9a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0Z"
          />
        </svg>
      </button>
      {isOpen && (
        <Suspense>
          <FindDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
