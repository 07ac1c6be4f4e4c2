"use client";

import { useTranslations } from "use-intl";
import type { Figures } from "@/api/types";
import { pricing } from "@/quantities/coverage";
import { Money } from "@/quantities/Shown";

interface CostValueProps {
  figures: Figures;
  testId?: string;
}

/** A cost, or a dash that says whether the data or the price is missing. */
export function CostValue({ figures, testId }: CostValueProps) {
  const t = useTranslations("quantity");
  const why = pricing(figures) === "unpriced" ? t("noPrice") : t("noData");
  return <Money amount={figures.cost} why={why} testId={testId} />;
}
