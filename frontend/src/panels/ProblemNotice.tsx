"use client";

import { lazy, type ReactNode, Suspense } from "react";
import { useTranslations } from "use-intl";
import { type Problem, parseProblem } from "@/api/problem";
import { isFailureType } from "@/api/problem-types";
import { Button } from "@/ui/Button";

// What the server cannot send now is shown in its own words.
const RefusalText = lazy(() =>
  import("./RefusalText").then(
    (file) => ({ default: file.RefusalText }),
    () => ({ default: ({ other }: { other: string }) => other }),
  ),
);

interface ProblemNoticeProps {
  failure: unknown;
  onRetry?: () => unknown;
  children?: ReactNode;
}

/** A failure in the reader's language: what happened and the way out; the server's words fold. */
export function ProblemNotice({ failure, onRetry, children }: ProblemNoticeProps) {
  const t = useTranslations("problem");
  const problem = parseProblem(failure);
  return (
    <div role="alert" className="rounded-md border-down border-s-4 bg-danger-wash px-4 py-3">
      <p className="font-medium">
        <ProblemTitle failure={failure} />
      </p>
      <p className="mt-1">
        <ProblemText problem={problem} part="whatToDo" other="" />
      </p>
      <Details problem={problem} />
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
  return <ProblemText problem={problem} part="title" other={problem.title ?? t("title")} />;
}

interface ProblemTextProps {
  problem: Problem;
  part: "title" | "whatToDo";
  /** Where the page has no words for the problem. */
  other: string;
}

function ProblemText({ problem: { type }, part, other }: ProblemTextProps) {
  const t = useTranslations("problem");
  if (isFailureType(type)) return t(`${type}.${part}`);
  return (
    <Suspense>
      <RefusalText type={type} part={part} other={other} />
    </Suspense>
  );
}

/** The API's own English, folded. */
function Details({ problem }: { problem: Problem }) {
  const t = useTranslations("problem");
  const { detail, whatToDo } = problem;
  if (!detail && !whatToDo) return null;
  return (
    <details className="mt-1 text-muted text-sm">
      <summary className="tap flex w-fit cursor-pointer items-center">{t("details")}</summary>
      <div lang="en" className="wrap-anywhere">
        {detail && <p>{detail}</p>}
        {whatToDo && <p>{whatToDo}</p>}
      </div>
    </details>
  );
}
