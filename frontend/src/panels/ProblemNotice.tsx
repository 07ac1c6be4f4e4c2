"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Problem, parseProblem } from "@/api/problem";
import { Button } from "@/ui/Button";

interface ProblemNoticeProps {
  failure: unknown;
  onRetry?: () => unknown;
  children?: ReactNode;
}

/** A failure in plain words: what, why as the API says it, and the way out. */
export function ProblemNotice({ failure, onRetry, children }: ProblemNoticeProps) {
  const t = useTranslations("problem");
  const problem = parseProblem(failure);
  const known = knownKind(problem);
  return (
    <div role="alert" className="rounded-md border-down border-s-2 bg-danger-wash px-4 py-3">
      <p className="font-medium">
        <ProblemTitle failure={failure} />
      </p>
      {known && <p className="mt-1">{t(`${known}.whatToDo`)}</p>}
      <FromTheApi problem={problem} showWhatToDo={!known} />
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
  const known = knownKind(problem);
  return known ? t(`${known}.title`) : (problem.title ?? t("title"));
}

interface FromTheApiProps {
  problem: Problem;
  showWhatToDo: boolean;
}

function FromTheApi({ problem, showWhatToDo }: FromTheApiProps) {
  const { detail, whatToDo, errors } = problem;
  return (
    <div lang="en" className="mt-1 wrap-anywhere text-muted text-sm">
      {detail && <p>{detail}</p>}
      {showWhatToDo && whatToDo && <p>{whatToDo}</p>}
      {errors.length > 0 && (
        <ul className="mt-1 list-disc ps-4">
          {errors.map(({ where, message }) => (
            <li key={where + message}>
              <code>{where}</code>: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Kinds the page has its own words for; any other speaks with the API's. */
const KNOWN = [
  "unreachable",
  "unreadable",
  "bff-down",
  "victoriametrics-down",
  "prices-overlap",
  "wrong-input",
] as const;

function knownKind({ kind }: Problem): (typeof KNOWN)[number] | undefined {
  return KNOWN.find((known) => known === kind);
}
