import type { LedgerState } from "@/api/types";

/** The ledger follows within a minute. Twice that is no longer the ordinary. */
const LATE_SECONDS = 120;

/** Less than this left is over before it is read. */
const MIN_SHOWN_SECONDS = 2;

type Notice =
  | { type: "rebuilding"; progress: number; etaSeconds: number | null }
  | { type: "late"; lagSeconds: number };

/** What is worth a notice about the ledger; null when all is well, or shown elsewhere. */
export function noticeOf({
  rebuild,
  lag_seconds,
  victoriametrics_error,
}: LedgerState): Notice | null {
  // The panels themselves then show that the store of readings does not answer.
  if (victoriametrics_error !== null) return null;
  const { running, progress, eta_seconds } = rebuild;
  if (running && (eta_seconds === null || eta_seconds >= MIN_SHOWN_SECONDS)) {
    return { type: "rebuilding", progress, etaSeconds: eta_seconds };
  }
  const isLate = lag_seconds !== null && lag_seconds > LATE_SECONDS;
  return isLate ? { type: "late", lagSeconds: lag_seconds } : null;
}
