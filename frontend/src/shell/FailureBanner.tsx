"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useFailure } from "@/api/useFailure";
import { ProblemNotice } from "@/panels/ProblemNotice";

/** Above greyed figures: why they are no longer renewed. */
export function FailureBanner() {
  const t = useTranslations("problem");
  const client = useQueryClient();
  const failure = useFailure();
  if (failure === null) return null;
  return (
    <div data-testid="failure-banner" className="mb-6">
      <ProblemNotice failure={failure} onRetry={() => client.refetchQueries({ type: "active" })}>
        <p className="mt-1 text-sm">{t("greyed")}</p>
      </ProblemNotice>
    </div>
  );
}
