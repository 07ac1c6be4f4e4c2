"use client";

import { lazy, type ReactNode, Suspense } from "react";
import { useLocale, useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { CompareChoice } from "./CompareChoice";
import { nameOfPeriod } from "./names";
import {
  customPeriod,
  includes,
  lastDay,
  moved,
  PERIOD_NAMES,
  type Period,
  type PeriodName,
  periodAround,
} from "./period";
import { usePeriod, usePeriodAddress, useToday } from "./usePeriod";

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
        className="period-bar flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-y bg-paper py-2"
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
  const address = usePeriodAddress();
  const isRunning = includes(period, today);
  const isCustom = period.name === "custom";
  const present = period.name === "custom" ? null : periodAround(period.name, today);
  return (
    <div className="flex min-w-0 items-center gap-1">
      <Step href={address(moved(period, -1))} label={t("previous")} testId="period-previous">
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
        {...(period.end <= today && { href: address(moved(period, 1)) })}
        label={t("next")}
        testId="period-next"
      >
        ›
      </Step>
      {!isRunning && !isCustom && present && (
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
  /** Absent where there is nothing to go to: the future. */
  href?: string;
  label: string;
  testId: string;
  children: ReactNode;
}

function Step({ href, label, testId, children }: StepProps) {
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
  return (
    <nav aria-label={t("length")}>
      <ul className="flex flex-wrap rounded-md border border-line p-0.5">
        {PERIOD_NAMES.map((name) => (
          <li key={name}>
            <AddressLink
              href={address(periodNamed(name, period, today))}
              keepsScroll
              aria-current={name === period.name ? "true" : undefined}
              className="tap choice grid place-items-center rounded-sm px-2.5 text-muted text-xs hover:text-ink"
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
function periodNamed(name: PeriodName, shown: Period, today: string): Period {
  if (name === "custom") return customPeriod(shown.first, lastDay(shown));
  return periodAround(name, includes(shown, today) ? today : shown.first);
}
