import { type Answer, together } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Cost } from "@/api/types";
import { dayOf, lastDays, monthOf } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import { childLevelOf, levelOf, type Place } from "./place";

function useGroupedCost(place: Place, range: { from: string; to: string }): Answer<Cost> {
  const inside = childLevelOf(levelOf(place));
  const query = { ...range, ...place, ...(inside && { group_by: inside }) };
  return api.useQuery("get", "/api/v1/cost", { params: { query } }, every(COST));
}

/** Today's and this month's cost of a place, with a row for each place inside it. */
export function useTodayAndMonth(place: Place): Answer<[today: Cost, month: Cost]> {
  const { now, time_zone } = useHouse();
  const today = useGroupedCost(place, dayOf(now, time_zone));
  const month = useGroupedCost(place, monthOf(now, time_zone));
  return together(today, month);
}

/** The cost of a place in each of the last days of the house, today included. */
export function useDailyCost(place: Place, days: number): Answer<Cost> {
  const { now, time_zone } = useHouse();
  const query = { ...lastDays(now, time_zone, days), ...place, by: "day" } as const;
  return api.useQuery("get", "/api/v1/cost", { params: { query } }, every(COST));
}
