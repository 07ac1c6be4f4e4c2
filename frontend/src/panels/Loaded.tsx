"use client";

import { type ReactNode, useDeferredValue } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Answer } from "@/api/answer";
import { isWorthRetrying, parseProblem } from "@/api/problem";
import { useHouse } from "@/house/HouseProvider";
import { dateFormat } from "@/language/formats";
import { useIsOlder } from "@/ui/clock";
import { ProblemNotice } from "./ProblemNotice";

interface LoadedProps<Data> {
  answer: Answer<Data>;
  /** Takes the room the content will take, so that nothing moves. */
  skeleton: ReactNode;
  /** From this age on the figures are greyed, with their time, until new ones arrive. */
  notAfterMs?: number;
  /** Shown instead when there is nothing to show. */
  empty?: ReactNode;
  isEmpty?: (data: Data) => boolean;
  /** Shown for a failure without data, where another panel beside this one has it in full. */
  problem?: (failure: unknown) => ReactNode;
  children: (data: Data, receivedAtMs: number) => ReactNode;
}

/**
 * The one place that decides between loading, error, outdated, empty and content. After a failure
 * the last figures stay, greyed and with their time: they never pass for the present ones.
 */
export function Loaded<Data>(props: LoadedProps<Data>) {
  const { answer, skeleton, notAfterMs = Number.POSITIVE_INFINITY, empty, isEmpty } = props;
  const { data, error, dataUpdatedAt, refetch } = answer;
  const isStale = useIsOlder(dataUpdatedAt, notAfterMs);
  // The first content of all panels at once would block the page for long: React renders it in parts.
  const isDrawn = useDeferredValue(data !== undefined, false);
  const isRefused = Boolean(error) && !isWorthRetrying(parseProblem(error));
  if (error && (data === undefined || isRefused)) {
    return (
      props.problem?.(error) ?? (
        <ProblemNotice failure={error} {...(!isRefused && { onRetry: refetch })} />
      )
    );
  }
  if (data === undefined || !isDrawn) return <div aria-busy="true">{skeleton}</div>;
  if (isEmpty?.(data)) return empty;
  const content = props.children(data, dataUpdatedAt);
  return error || isStale ? <Outdated receivedAtMs={dataUpdatedAt}>{content}</Outdated> : content;
}

/** From this age on a time of the day alone could be that of another day. */
const DATED_AFTER_MS = 12 * 3_600_000;

/** What was shown last, with when that was. */
function Outdated({ receivedAtMs, children }: { receivedAtMs: number; children: ReactNode }) {
  const t = useTranslations("quantity");
  const locale = useLocale();
  // What stands above the house has no age, so that there is a house here.
  const { time_zone } = useHouse();
  const isOfOtherDay = useIsOlder(receivedAtMs, DATED_AFTER_MS);
  const options: Intl.DateTimeFormatOptions = {
    timeZone: time_zone,
    ...(isOfOtherDay && { month: "long", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  };
  const time = dateFormat(locale, options).format(receivedAtMs);
  return (
    <div className="outdated" data-testid="outdated">
      <p className="px-4 pt-2 text-xs sm:px-5">{t("asOf", { time })}</p>
      {children}
    </div>
  );
}
