"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { useTitle } from "@/shell/useTitle";

export function PlaceNotFound() {
  const t = useTranslations("notFound");
  useTitle(t("title"));
  return (
    <div className="py-16 text-center">
      <h1 className="font-semibold text-title">{t("title")}</h1>
      <p className="mx-auto mt-2 max-w-md text-muted">{t("text")}</p>
      <Link href="/" className="mt-6 inline-block font-medium text-accent underline">
        {t("back")}
      </Link>
    </div>
  );
}
