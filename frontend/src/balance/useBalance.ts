import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Balance } from "@/api/types";
import { useHouse } from "@/house/HouseProvider";
import { rangeOf } from "@/period/period";
import { usePeriod } from "@/period/usePeriod";

/** What the house bought, sold, generated and used in the period. */
export function useBalance(): Answer<Balance> {
  const { time_zone } = useHouse();
  const { from, to } = rangeOf(usePeriod(), time_zone);
  return api.useQuery("get", "/api/v1/balance", { params: { query: { from, to } } }, every(COST));
}
