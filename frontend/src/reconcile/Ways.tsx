"use client";

import { useTranslations } from "use-intl";

/** What the columns are. */
export function Ways() {
  const t = useTranslations("reconcile");
  return (
    <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[auto_1fr]">
      {(["ledger", "source", "increase", "readings"] as const).map((way) => (
        <div key={way} className="sm:contents">
          <dt className="font-medium">{t(way)}</dt>
          <dd className="text-muted">{t(`${way}Means`)}</dd>
        </div>
      ))}
    </dl>
  );
}
