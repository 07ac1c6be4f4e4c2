import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Cost } from "@/api/types";
import { dayOf, monthOf } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import { type Bucket, bucketOf, type Range, rangeOf } from "@/period/period";
import { useComparedPeriod, usePeriod } from "@/period/usePeriod";
import { childLevelOf, levelOf, type Place } from "./place";

type GroupLevel = "room" | "shelf" | "device";

interface Rows {
  by?: Bucket;
  group_by?: GroupLevel;
}

/** What a place used in a range and what it cost, with a row for each bucket and place inside. */
function useCost(place: Place, { from, to }: Range, rows: Rows = {}): Answer<Cost> {
  const query = { from, to, ...place, ...rows };
  return api.useQuery("get", "/api/v1/cost", { params: { query } }, every(COST));
}

/** The place's cost today and this month, whatever the period shown. */
export function useTodayCost(place: Place): Answer<Cost> {
  const { now, time_zone } = useHouse();
  return useCost(place, dayOf(now, time_zone));
}

export function useMonthCost(place: Place): Answer<Cost> {
  const { now, time_zone } = useHouse();
  return useCost(place, monthOf(now, time_zone));
}

function insideOf(place: Place): Rows {
  const level = childLevelOf(levelOf(place));
  return level ? { group_by: level } : {};
}

/** The period's cost, with a row for each place one level down. */
export function usePeriodCost(place: Place): Answer<Cost> {
  const { time_zone } = useHouse();
  return useCost(place, rangeOf(usePeriod(), time_zone), insideOf(place));
}

/** The period's cost by bucket, each bucket with a row for each place one level down. */
export function useBucketCosts(place: Place): Answer<Cost> {
  const { time_zone } = useHouse();
  const period = usePeriod();
  return useCost(place, rangeOf(period, time_zone), { by: bucketOf(period), ...insideOf(place) });
}

/** The period's cost with a row for each device: which of them were not measured all the time. */
export function useDeviceCosts(place: Place): Answer<Cost> {
  const { time_zone } = useHouse();
  return useCost(
    place,
    rangeOf(usePeriod(), time_zone),
    place.device ? {} : { group_by: "device" },
  );
}

/**
 * The cost over the period compared with; undefined where none is wanted. The range of a running
 * period moves with the minute, so the answer before stays until the next one is there.
 */
export function useComparedCost(place: Place, isByBucket = false): Cost | undefined {
  const by = bucketOf(usePeriod());
  return useCompared(place, isByBucket ? { by } : insideOf(place));
}

/** The same with a row for each device. */
export function useComparedDeviceCosts(place: Place): Cost | undefined {
  return useCompared(place, { group_by: "device" });
}

function useCompared(place: Place, rows: Rows): Cost | undefined {
  const compared = useComparedPeriod();
  const range = { from: compared?.from ?? "", to: compared?.to ?? "" };
  const query = { ...range, ...place, ...rows };
  const { data } = api.useQuery(
    "get",
    "/api/v1/cost",
    { params: { query } },
    {
      ...every(COST),
      enabled: compared !== null && range.from < range.to,
      placeholderData: (before: Cost | undefined) =>
        before?.from === range.from && isSamePlace(before, place) ? before : undefined,
    },
  );
  return compared ? data : undefined;
}

function isSamePlace({ place: { room, shelf, device } }: Cost, place: Place): boolean {
  const [a, b] = [
    [room, shelf, device],
    [place.room, place.shelf, place.device],
  ];
  return a.every((id, index) => (id ?? undefined) === b[index]);
}

/** The place's own total in each bucket of the period, exactly. */
export function useBucketTotals(place: Place): Answer<Cost> {
  const { time_zone } = useHouse();
  const period = usePeriod();
  return useCost(place, rangeOf(period, time_zone), { by: bucketOf(period) });
}
