"use client";

import { lazy, type ReactNode, Suspense } from "react";
import { useLocale, useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { CompareChoice } from "./CompareChoice";
import { nameOfPeriod } from "./names";
import {
  customPeriod,
  type Days,
  includes,
  lastDay,
  moved,
  PERIOD_NAMES,
  type Period,
  type PeriodName,
  periodFromKept,
} from "./period";
import { useBilled, usePeriod, usePeriodAddress, useToday } from "./usePeriod";

const CustomDates = lazy(() =>
  import("./CustomDates").then((file) => ({ default: file.CustomDates })),
);

/** Chooses the period of everything on the page: which, before, after, now; and what beside it. */
export function PeriodBar() {
  const t = useTranslations("period");
  const period = usePeriod();
  return (
    <>
      <section
        aria-label={t("title")}
        className="period-bar flex flex-wrap items-center gap-x-2 gap-y-2 sm:gap-x-4 border-line border-y bg-paper py-2"
      >
        <Steps period={period} />
        <Names period={period} />
        <div className="sm:ms-auto">
          <CompareChoice />
        </div>
      </section>
      {period.name === "custom" && (
        <Suspense>
          <CustomDates key={period.first + period.end} period={period} />
        </Suspense>
      )}
    </>
  );
}

function Steps({ period }: { period: Period }) {
  const t = useTranslations("period");
  const locale = useLocale();
  const today = useToday();
  const billed = useBilled();
  const address = usePeriodAddress();
  const previous = moved(period, -1, billed);
  const next = period.end <= today ? moved(period, 1, billed) : null;
  const present = period.name === "custom" ? null : periodNamed(period.name, null, today, billed);
  return (
    <div className="flex min-w-0 items-center gap-1">
      <Step
        {...(previous && { href: address(previous) })}
        label={t("previous")}
        testId="period-previous"
        shortcut="["
      >
        ‹
      </Step>
      <span
        data-testid="period-name"
        data-value={period.first}
        aria-live="polite"
        className="min-w-0 text-center font-semibold sm:min-w-36"
      >
        {nameOfPeriod(locale, period)}
      </span>
      <Step
        {...(next && { href: address(next) })}
        label={t("next")}
        testId="period-next"
        shortcut="]"
      >
        ›
      </Step>
      {!includes(period, today) && present && (
        <AddressLink
          href={address(present)}
          keepsScroll
          className="tap inline-flex items-center rounded-md px-2 text-accent text-sm underline"
        >
          {t("now")}
        </AddressLink>
      )}
    </div>
  );
}

interface StepProps {
  /** Absent where there is nothing to go to: the future, or before the first reading. */
  href?: string;
  label: string;
  testId: string;
  shortcut: string;
  children: ReactNode;
}

function Step({ href, label, testId, shortcut, children }: StepProps) {
  const look = "tap grid min-w-9 place-items-center rounded-md text-lg";
  if (!href) {
    return (
      <span aria-hidden className={`${look} text-line-strong`}>
        {children}
      </span>
    );
  }
  return (
    <AddressLink
      href={href}
      keepsScroll
      aria-label={label}
      title={label}
      data-testid={testId}
      aria-keyshortcuts={shortcut}
      className={`${look} hover:bg-sunken`}
    >
      {children}
    </AddressLink>
  );
}

function Names({ period }: { period: Period }) {
  const t = useTranslations("period");
  const address = usePeriodAddress();
  const today = useToday();
  const billed = useBilled();
  const names = PERIOD_NAMES.filter((name) => name !== "billing" || billed.length > 0);
  return (
    <nav aria-label={t("length")}>
      <ul className="flex flex-wrap rounded-md border border-line p-0.5">
        {names.map((name) => (
          <li key={name}>
            <AddressLink
              href={address(periodNamed(name, period, today, billed))}
              keepsScroll
              aria-current={name === period.name ? "true" : undefined}
              className="tap choice grid place-items-center rounded-sm px-2 text-muted text-xs hover:text-ink sm:px-2.5"
            >
              {t(`names.${name}`)}
            </AddressLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The period one comes to from another: the running one, or around where one was looking. */
function periodNamed(
  name: PeriodName,
  shown: Period | null,
  today: string,
  billed: readonly Days[],
): Period {
  if (name === "custom" && shown) return customPeriod(shown.first, lastDay(shown));
  const day = !shown || includes(shown, today) ? today : shown.first;
  const kept = { period: name, day };
  return periodFromKept(kept, today, billed);
}
