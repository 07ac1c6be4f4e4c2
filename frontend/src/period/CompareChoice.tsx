"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { addressWith } from "@/address/parameters";
import { useKept } from "@/address/useKept";
import { COMPARISONS, comparedWith } from "./usePeriod";

/** What the period is compared with. */
export function CompareChoice() {
  const t = useTranslations("period");
  const id = useId();
  const path = usePathname();
  const query = Object.fromEntries(useSearchParams());
  const chosen = comparedWith(useKept());
  return (
    <div>
      <label htmlFor={id} className="sr-only">
        {t("compare")}
      </label>
      <select
        id={id}
        value={chosen}
        onChange={({ target }) => {
          const compare = target.value === "before" ? undefined : target.value;
          window.history.replaceState(null, "", addressWith(path, query, { compare }));
        }}
        className="tap rounded-md border border-line-strong bg-surface px-2 text-sm"
      >
        {COMPARISONS.map((each) => (
          <option key={each} value={each}>
            {t(`comparisons.${each}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
