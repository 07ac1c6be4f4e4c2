"use client";

import { useTranslations } from "use-intl";
import { useHouse } from "@/house/HouseProvider";

/** Nobody should take an invented house for the own one. */
export function VirtualBanner() {
  const t = useTranslations("shell");
  if (!useHouse().virtual) return null;
  return (
    <p
      data-testid="virtual-banner"
      className="mb-6 rounded-md border border-line bg-caution-wash px-4 py-2 text-sm"
    >
      <strong className="me-1 font-medium">{t("virtualTitle")}</strong>
      {t("virtualText")}
    </p>
  );
}
