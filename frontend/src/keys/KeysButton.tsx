"use client";

import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";

const KeysDialog = lazy(() =>
  import("./KeysDialog").then((file) => ({ default: file.KeysDialog })),
);

/** Shows which keys do what. */
export function KeysButton() {
  const t = useTranslations("shell");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-keyshortcuts="?"
        onClick={() => setOpen(true)}
        className="tap underline hover:text-ink"
      >
        {t("keys")}
      </button>
      {isOpen && (
        <Suspense>
          <KeysDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
