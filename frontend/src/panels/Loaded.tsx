"use client";

import type { ReactNode } from "react";
import type { Answer } from "@/api/answer";
import { useIsOlder } from "@/ui/clock";
import { ProblemNotice } from "./ProblemNotice";

interface LoadedProps<Data> {
  answer: Answer<Data>;
  /** Takes the room the content will take, so that nothing jumps. */
  skeleton: ReactNode;
  /** From this age on the figures are withdrawn until new ones arrive. */
  notAfterMs?: number;
  /** Shown instead when there is nothing to show. */
  empty?: ReactNode;
  isEmpty?: (data: Data) => boolean;
  /** Shown for a failure, where another panel beside this one tells it in full. */
  problem?: (failure: unknown) => ReactNode;
  children: (data: Data, receivedAtMs: number) => ReactNode;
}

/**
 * The one place that decides between loading, error, stale, empty and content.
 * An error or old age takes the figures off the page: yesterday's watts never pass for now.
 */
export function Loaded<Data>(props: LoadedProps<Data>) {
  const {
    answer,
    skeleton,
    notAfterMs = Number.POSITIVE_INFINITY,
    empty,
    isEmpty,
    problem,
  } = props;
  const { data, error, dataUpdatedAt, refetch } = answer;
  const isStale = useIsOlder(dataUpdatedAt, notAfterMs);
  if (error) return problem?.(error) ?? <ProblemNotice failure={error} onRetry={refetch} />;
  if (data === undefined || isStale) return <div aria-busy="true">{skeleton}</div>;
  if (isEmpty?.(data)) return empty;
  return props.children(data, dataUpdatedAt);
}
