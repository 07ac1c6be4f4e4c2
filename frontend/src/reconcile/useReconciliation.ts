import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { CHECKED, every } from "@/api/refresh";
import type { Reconciliation } from "@/api/types";
import type { ReconcileQuestion } from "./address";

/** The ways to count, beside each other, by device and day. */
export function useReconciliation(question: ReconcileQuestion): Answer<Reconciliation> {
  return api.useQuery("get", "/api/v1/reconcile", { params: { query: question } }, every(CHECKED));
}
