import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Budget } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";

/** The budgets of a month that a bill bears. */
export function useBudgets(month: string): Answer<Budget[]> {
  return api.useQuery("get", "/api/v1/budgets", { params: { query: { month } } }, every(COST));
}

export function useBudgetWrites(onDone: () => void) {
  const onSuccess = useFetchAll(onDone);
  return {
    save: api.useMutation("put", "/api/v1/budgets/{month}", { onSuccess }),
    remove: api.useMutation("delete", "/api/v1/budgets/{month}", { onSuccess }),
  };
}
