import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { HistoryRow, RegisteredDevice } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";

/** All devices and where they were. */
export function useRegister(): Answer<RegisteredDevice[]> {
  return api.useQuery("get", "/api/v1/register", {}, every(COST));
}

/** What changed, and what was corrected, newest first. */
export function useHistory(): Answer<HistoryRow[]> {
  return api.useQuery("get", "/api/v1/register/history", {}, every(COST));
}

/** Correct the past, and undo that. Every total of the past follows, so all is fetched again. */
export function useCorrections() {
  const onSuccess = useFetchAll();
  return {
    correct: api.useMutation("post", "/api/v1/register/corrections", { onSuccess }),
    undo: api.useMutation("delete", "/api/v1/register/corrections/{correction_id}", { onSuccess }),
  };
}

/** The correction of a change that is in effect. */
export function effectiveCorrection(
  history: readonly HistoryRow[],
  wanted: Pick<HistoryRow, "device" | "change"> & { corrected_at?: string },
): HistoryRow | undefined {
  return history.find(
    (row) =>
      row.correction_id !== null &&
      row.undone_at === null &&
      row.device === wanted.device &&
      row.change === wanted.change &&
      (wanted.corrected_at === undefined || row.corrected_at === wanted.corrected_at),
  );
}
