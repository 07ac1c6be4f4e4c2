import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, LIVE } from "@/api/refresh";
import type { LedgerState } from "@/api/types";

/** Where the ledger stands; asked often while it is being made again. */
export function useLedger(): Answer<LedgerState> {
  return api.useQuery(
    "get",
    "/api/v1/ledger",
    {},
    {
      refetchInterval: ({ state }: { state: { data?: LedgerState | undefined } }) =>
        (state.data?.rebuild.running ? LIVE : COST).everyMs,
    },
  );
}
