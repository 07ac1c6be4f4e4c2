import { useState } from "react";
import { useTranslations } from "use-intl";
import { useIsOlder } from "./clock";
import { Skeleton } from "./Skeleton";

/** A person wonders after ten seconds; an answer may take a minute until it has failed. */
const WAITING_AFTER_MS = 10_000;

/** Where the heading will be. Once the answer is late, a text is there: a page that stays empty looks broken. */
export function HeadingSkeleton() {
  const t = useTranslations("place");
  const [beganMs] = useState(Date.now);
  const isLate = useIsOlder(beganMs, WAITING_AFTER_MS);
  if (!isLate) return <Skeleton className="h-8 w-48" />;
  return (
    <p role="status" className="min-h-8 text-muted">
      {t("waiting")}
    </p>
  );
}
