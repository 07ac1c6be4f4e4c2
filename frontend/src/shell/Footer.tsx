"use client";

import { useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { KeysButton } from "@/keys/KeysButton";

export function Footer() {
  const t = useTranslations("shell");
  return (
    <footer className="mx-auto w-full max-w-6xl px-4 py-6 text-muted text-xs sm:px-6">
      {t("footer")}{" "}
      <AddressLink href="/reconcile" className="whitespace-nowrap underline hover:text-ink">
        {t("reconcile")}
      </AddressLink>{" "}
      <KeysButton />
    </footer>
  );
}
