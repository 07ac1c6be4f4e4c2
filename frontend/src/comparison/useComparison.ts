import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COMPARISON, every } from "@/api/refresh";
import type { Comparison } from "@/api/types";
import { useHouse } from "@/house/HouseProvider";
import type { Range } from "@/period/period";
import { type RangeName, rangeOf } from "./range";

/** The first two sources of a device, compared over a range of the house's days, or a part of it. */
export function useComparison(
  device: string,
  range: RangeName,
  zoomed: Range | null,
): Answer<Comparison> {
  const { now, time_zone } = useHouse();
  const query = { device, ...(zoomed ?? rangeOf(range, now, time_zone)) };
  return api.useQuery("get", "/api/v1/comparison", { params: { query } }, every(COMPARISON));
}
