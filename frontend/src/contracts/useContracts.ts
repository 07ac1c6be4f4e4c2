import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Contract, ContractTrial, ReadingDates } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";

export function useContracts(): Answer<Contract[]> {
  return api.useQuery("get", "/api/v1/contracts", {}, every(COST));
}

export function useReadingDates(): Answer<ReadingDates> {
  return api.useQuery("get", "/api/v1/reading_dates", {}, every(COST));
}

/** What a change of contracts would do. It writes nothing, so it is asked like any question. */
export function useEffectOfContract(trial: ContractTrial) {
  const once = { gcTime: 0, staleTime: Number.POSITIVE_INFINITY };
  return api.useQuery("post", "/api/v1/contracts/effect", { body: trial }, once);
}

/** The writes. A contract changes every bill there is, so everything is asked again. */
export function useContractWrites(onDone: () => void) {
  const onSuccess = useFetchAll(onDone);
  return {
    add: api.useMutation("post", "/api/v1/contracts", { onSuccess }),
    change: api.useMutation("put", "/api/v1/contracts/{contract_id}", { onSuccess }),
    remove: api.useMutation("delete", "/api/v1/contracts/{contract_id}", { onSuccess }),
    agree: api.useMutation("post", "/api/v1/contracts/templates/{template}", { onSuccess }),
    read: api.useMutation("put", "/api/v1/reading_dates", { onSuccess }),
  };
}
