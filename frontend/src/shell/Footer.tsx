"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";

export function Footer() {
  const t = useTranslations("shell");
  return (
    <footer className="mx-auto w-full max-w-6xl px-4 py-6 text-muted text-xs sm:px-6">
      {t("footer")}{" "}
      <Link
        href="/reconcile"
        prefetch={false}
        className="whitespace-nowrap underline hover:text-ink"
      >
        {t("reconcile")}
      </Link>
    </footer>
  );
}
