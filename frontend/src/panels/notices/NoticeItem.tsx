"use client";

import { lazy, Suspense, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Budget, Notice } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { PlaceLink } from "@/places/PlaceLink";
import { placeFromPath } from "@/places/place";
import { formatShare } from "@/quantities/coverage";
import { formatEnergy } from "@/quantities/energy";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Age } from "@/quantities/Shown";

const NoticeDetails = lazy(() =>
  import("./NoticeDetails").then((file) => ({ default: file.NoticeDetails })),
);

interface NoticeItemProps {
  notice: Notice;
  receivedAtMs: number;
}

/** One notice: which device, what, since when, how much is missing; opened, what to do. */
export function NoticeItem({ notice, receivedAtMs }: NoticeItemProps) {
  const locale = useLocale();
  const [isOpen, setOpen] = useState(false);
  const { code, place, name } = notice;
  return (
    <li className="flex gap-2 text-sm" data-testid={`notice-${code}`}>
      <SeverityMark severity={notice.severity} isBesideLink={Boolean(place && name)} />
      <div className="min-w-0">
        {place && name && (
          <PlaceLink
            place={placeFromPath(place)}
            className="tap inline-flex items-center font-medium text-accent underline"
          >
            {name[locale]}
          </PlaceLink>
        )}
        <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary className="tap cursor-pointer py-0.5">{useText(notice)}</summary>
          {isOpen && (
            <Suspense>
              <NoticeDetails notice={notice} />
            </Suspense>
          )}
        </details>
        <Amounts notice={notice} receivedAtMs={receivedAtMs} />
      </div>
    </li>
  );
}

function useText(notice: Notice): string {
  const t = useTranslations("notices.code");
  const locale = useLocale();
  const { code, direction, progress, remaining_calls, daily_calls, processes } = notice;
  return t(code === "negative_rest" && !notice.place ? "negative_rest_house" : code, {
    direction: direction ?? "import",
    progress: formatShare(locale, progress ?? 0),
    remaining: remaining_calls ?? 0,
    daily: daily_calls ?? 0,
    processes: processes.join(", "),
  });
}

function Amounts({ notice, receivedAtMs }: NoticeItemProps) {
  const t = useTranslations("notices");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { code, since, age_seconds, energy_kwh, budget } = notice;
  if (budget) return <BudgetAmounts budget={budget} />;
  const isDevice = code === "device_down" || code === "device_silent";
  if (!since) return isDevice && <p className="text-muted">{t("never")}</p>;
  return (
    <p className="text-muted">
      <time dateTime={since}>{t("since", { moment: formatMoment(locale, since, time_zone) })}</time>
      {age_seconds !== null && (
        <>
          {" · "}
          <Age seconds={age_seconds} receivedAtMs={receivedAtMs} />
        </>
      )}
      {energy_kwh != null && (
        <span data-testid="notice-energy" data-value={energy_kwh}>
          {" · "}
          {t("energy", {
            of: isDevice ? "device" : code === "negative_rest" ? "rest" : "event",
            energy: textOf(formatEnergy(locale, energy_kwh)),
          })}
        </span>
      )}
    </p>
  );
}

function BudgetAmounts({ budget }: { budget: Budget }) {
  const t = useTranslations("notices");
  const locale = useLocale();
  const { amount, spent, expected, currency, state } = budget;
  const money = (value: string) => textOf(formatMoney(locale, currency, value));
  const reached = state === "over" ? spent : expected;
  return (
    <p className="text-muted">
      {t("budget", { amount: money(amount), reached: reached === null ? "—" : money(reached) })}
    </p>
  );
}

const MARKS = {
  error: ["text-down", "M1.5 1.5 10.5 10.5M10.5 1.5 1.5 10.5"],
  warning: ["text-silent", "M6 1.5 11 10.5H1Z"],
  info: ["text-muted", "M6 1a5 5 0 1 0 .01 0M6 5.5V9M6 3v.5"],
} as const;

interface SeverityMarkProps extends Pick<Notice, "severity"> {
  isBesideLink: boolean;
}

/** Shape and word besides colour: a cross, a triangle, a letter in a circle. */
function SeverityMark({ severity, isBesideLink }: SeverityMarkProps) {
  const t = useTranslations("notices.severity");
  const [colour, path] = MARKS[severity];
  return (
    // In the middle of the line beside it, which is as high as a thumb where it is a link.
    <span
      className={`${isBesideLink ? "tap flex items-center self-start" : "mt-1"} shrink-0 ${colour}`}
    >
      <svg aria-hidden viewBox="0 0 12 12" className="size-3">
        <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      </svg>
      <span className="sr-only">{t(severity)}</span>
    </span>
  );
}
