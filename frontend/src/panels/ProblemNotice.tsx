"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Problem, parseProblem } from "@/api/problem";
import { type KnownType, knownType } from "@/api/problem-types";
import { Button } from "@/ui/Button";

interface ProblemNoticeProps {
  failure: unknown;
  onRetry?: () => unknown;
  children?: ReactNode;
}

/** A failure in the reader's language: what happened and the way out; the server's words fold. */
export function ProblemNotice({ failure, onRetry, children }: ProblemNoticeProps) {
  const t = useTranslations("problem");
  const problem = parseProblem(failure);
  const known = knownType(problem.type);
  return (
    <div role="alert" className="rounded-md border-down border-s-4 bg-danger-wash px-4 py-3">
      <p className="font-medium">
        <ProblemTitle failure={failure} />
      </p>
      {known && <p className="mt-1">{t(`${known}.whatToDo`)}</p>}
      <Details problem={problem} known={known} />
      {children}
      {onRetry && (
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <Button onClick={() => onRetry()}>{t("retry")}</Button>
          <span className="text-muted text-sm">{t("retriesItself")}</span>
        </div>
      )}
    </div>
  );
}

/** What went wrong, and nothing more. */
export function ProblemTitle({ failure }: { failure: unknown }) {
  const t = useTranslations("problem");
  const problem = parseProblem(failure);
  const known = knownType(problem.type);
  return known ? t(`${known}.title`) : (problem.title ?? t("title"));
}

/** The API's own English: open where the page has no words for the problem. */
function Details({ problem, known }: { problem: Problem; known: KnownType | undefined }) {
  const t = useTranslations("problem");
  const { detail, whatToDo } = problem;
  if (!detail && !whatToDo) return null;
  return (
    <details open={!known} className="mt-1 text-muted text-sm">
      <summary className="tap flex w-fit cursor-pointer items-center">{t("details")}</summary>
      <div lang="en" className="wrap-anywhere">
        {detail && <p>{detail}</p>}
        {whatToDo && <p>{whatToDo}</p>}
      </div>
    </details>
  );
}
