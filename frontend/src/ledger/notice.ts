import type { LedgerState } from "@/api/types";

/** The ledger follows within a minute. Twice that is no longer the ordinary. */
const LATE_SECONDS = 120;

/** Less than this left is over before it is read. */
const WORTH_SAYING_SECONDS = 2;

type Notice =
  | { kind: "rebuilding"; progress: number; etaSeconds: number | null }
  | { kind: "late"; lagSeconds: number };

/** What people should know of the ledger; null when all is well, or others say it better. */
export function noticeOf({
  rebuild,
  lag_seconds,
  victoriametrics_error,
}: LedgerState): Notice | null {
  // Then the panels themselves say that the store of readings does not answer.
  if (victoriametrics_error !== null) return null;
  const { running, progress, eta_seconds } = rebuild;
  if (running && (eta_seconds === null || eta_seconds >= WORTH_SAYING_SECONDS)) {
    return { kind: "rebuilding", progress, etaSeconds: eta_seconds };
  }
  const isLate = lag_seconds !== null && lag_seconds > LATE_SECONDS;
  return isLate ? { kind: "late", lagSeconds: lag_seconds } : null;
}
