"use client";

import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { FindButton } from "@/find/FindButton";
import { useShortcuts } from "@/keys/useShortcuts";
import { LanguageChoice } from "@/language/LanguageChoice";
import { ThemeToggle } from "@/preferences/ThemeToggle";
import { Mark } from "./Mark";

/** The views of the page, in the order of the navigation. */
const VIEWS = [
  { address: "/", key: "house" },
  { address: "/bills", key: "bills" },
  { address: "/contracts", key: "contracts" },
  { address: "/prices", key: "prices" },
  { address: "/reference", key: "api" },
] as const;

export function Header() {
  const t = useTranslations("shell");
  useShortcuts();
  return (
    <div className="mx-auto flex min-h-14 w-full max-w-6xl flex-wrap items-center gap-x-6 px-4 sm:px-6">
      <a
        href="#content"
        className="sr-only rounded-md bg-accent px-3 py-1.5 text-on-accent text-sm focus:not-sr-only focus:absolute focus:top-2 focus:z-10"
      >
        {t("skip")}
      </a>
      <AddressLink href="/" className="flex items-center gap-2 py-3 font-semibold tracking-tight">
        <Mark />
        PPMS
      </AddressLink>
      <Views />
      <div className="ms-auto flex items-center gap-2">
        <FindButton />
        <LanguageChoice />
        <ThemeToggle />
      </div>
    </div>
  );
}

function Views() {
  const t = useTranslations("shell");
  const pathname = usePathname();
  return (
    <nav
      aria-label={t("navigation")}
      className="-mx-2 order-last flex w-full gap-1 sm:order-none sm:mx-0 sm:w-auto"
    >
      {VIEWS.map(({ address, key }) => (
        <AddressLink
          key={key}
          href={address}
          aria-current={pathname === address ? "page" : undefined}
          className="border-transparent border-b-2 [&:not([aria-current])]:forced-colors:border-b-0 px-2 py-2.5 text-muted text-sm hover:text-ink aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink sm:py-4"
        >
          {t(key)}
        </AddressLink>
      ))}
    </nav>
  );
}
