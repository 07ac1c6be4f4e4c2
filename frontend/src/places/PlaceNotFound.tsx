"use client";

import { useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { PageHeading } from "@/ui/PageHeading";

export function PlaceNotFound() {
  const t = useTranslations("notFound");
  return (
    <div className="py-10">
      <PageHeading title={t("title")} lead={t("text")} />
      <AddressLink href="/" className="mt-6 inline-block font-medium text-accent underline">
        {t("back")}
      </AddressLink>
    </div>
  );
}
