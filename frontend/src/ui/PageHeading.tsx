"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { useLocale, useTranslations } from "use-intl";
import { useHouse } from "@/house/HouseProvider";

/** Whether some page was shown before: the first one keeps the browser's own focus. */
let hasShownPage = false;

interface PageHeadingProps {
  title: string;
  /** What the browser's tab shows before the house's name; the title unless given. */
  tabTitle?: string;
  /** Above the title: where it lies, or the way back. */
  above?: ReactNode;
  /** Below the title: what the page is for. */
  lead?: ReactNode;
  /** At the end of the title's line. */
  aside?: ReactNode;
}

/** The head of a page: its title, which is the tab's too, and where it lies. */
export function PageHeading({ title, tabTitle = title, above, lead, aside }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const t = useTranslations("shell");
  const { name, virtual } = useHouse();
  const house = name[useLocale()];
  useEffect(() => {
    // Focus follows to the new page, so that a screen reader reads where one has come.
    if (hasShownPage) heading.current?.focus({ preventScroll: true });
    hasShownPage = true;
  }, []);
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
      {/* React's own element: one written into the document by hand is overwritten whenever Next
          hydrates its metadata later than this. */}
      <title>{[...new Set([tabTitle, house, "PPMS"])].join(" – ")}</title>
      <div className="min-w-0">
        {above}
        <h1
          ref={heading}
          tabIndex={-1}
          className="wrap-anywhere font-semibold text-title tracking-tight"
        >
          {title}
          {virtual && (
            // Nobody should take an invented house for the own one.
            <small
              data-testid="virtual"
              className="ms-3 inline-block rounded-full border border-line-strong bg-caution-wash px-2.5 align-middle font-normal text-ink text-sm tracking-normal"
            >
              {t("virtual")}
            </small>
          )}
        </h1>
        {lead && <p className="mt-1 max-w-2xl text-muted">{lead}</p>}
      </div>
      {aside}
    </div>
  );
}
