import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Bill, ContractTemplate, PeriodBills } from "@/api/types";

/** The bills of the last year, without shares: the choice of a period. */
export function useBillList(): Answer<Bill[]> {
  return api.useQuery("get", "/api/v1/bills", {}, every(COST));
}

/** One bill with each device's part. */
export function useBill(period: string): Answer<PeriodBills> {
  const params = { path: { period }, query: { marginal: true } };
  return api.useQuery("get", "/api/v1/bills/{period}", { params }, every(COST));
}

/** What the open period comes to. */
export function useForecast(period: string) {
  const params = { path: { period } };
  return api.useQuery("get", "/api/v1/bills/{period}/forecast", { params }, every(COST));
}

export function useTemplates(): Answer<ContractTemplate[]> {
  return api.useQuery("get", "/api/v1/contracts/templates", {}, every(COST));
}

/** The past with another contract. It writes nothing. */
export function useWhatIf() {
  return api.useMutation("post", "/api/v1/contracts/what_if");
}
