import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { CHECKED, every } from "@/api/refresh";
import type { DeviceState, Reconciliation } from "@/api/types";
import type { ReconcileQuestion } from "./address";

/** The ways to count, beside each other, by device and day. */
export function useReconciliation(question: ReconcileQuestion): Answer<Reconciliation> {
  return api.useQuery("get", "/api/v1/reconcile", { params: { query: question } }, every(CHECKED));
}

/** All devices, for their names. */
export function useDevices(): Answer<DeviceState[]> {
  return api.useQuery("get", "/api/v1/devices", {}, every(CHECKED));
}
