"use client";

import { useLocale, useTranslations } from "use-intl";
import { formatDuration } from "@/quantities/age";
import { formatShare } from "@/quantities/coverage";
import { noticeOf } from "./notice";
import { useLedger } from "./useLedger";

/** Shown while the energy is being computed again, or is behind. Panels show failures. */
export function LedgerBanner() {
  const t = useTranslations("ledger");
  const locale = useLocale();
  const { data, error } = useLedger();
  const notice = data && !error ? noticeOf(data) : null;
  if (!notice) return null;
  return (
    <p
      role="status"
      data-testid="ledger-banner"
      className="mb-6 rounded-md border border-line bg-caution-wash px-4 py-2 text-sm"
    >
      {notice.type === "late" ? (
        t("late", { duration: formatDuration(locale, notice.lagSeconds) })
      ) : (
        <>
          {t("rebuilding", { progress: formatShare(locale, notice.progress) })}{" "}
          {notice.etaSeconds !== null &&
            `${t("eta", { duration: formatDuration(locale, notice.etaSeconds) })} `}
          {t("figuresWait")}
        </>
      )}
    </p>
  );
}
