import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Series, SeriesValues } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";

export function useSeriesList(): Answer<Series[]> {
  return api.useQuery("get", "/api/v1/series", {}, every(COST));
}

/** The newest values of a series: from one of its keys on. */
export function useNewestValues({ series, last, period }: Series): Answer<SeriesValues> {
  const params = { path: { series }, query: { from: last ? firstShown(last, period) : "" } };
  return api.useQuery("get", "/api/v1/series/{series}", { params }, every(COST));
}

const DAY_MS = 86_400_000;

/** A year of months, a month of days, a day of slots: as much as a form can show. */
function firstShown(last: string, period: Series["period"]): string {
  if (period === "month") return `${Number(last.slice(0, 4)) - 1}${last.slice(4)}`;
  const days = period === "day" ? 31 : 1;
  const from = new Date(Date.parse(last) - days * DAY_MS).toISOString();
  return period === "day" ? from.slice(0, "2026-05-11".length) : from;
}

/** What new values would change, and saving them. A rate changes every bill there is. */
export function useValueWrites(onDone: () => void) {
  const onSuccess = useFetchAll(onDone);
  const [values, file] = ["/api/v1/series/{series}/values", "/api/v1/series/{series}/csv"] as const;
  return {
    tryValues: api.useMutation("put", values),
    saveValues: api.useMutation("put", values, { onSuccess }),
    tryFile: api.useMutation("post", file),
    saveFile: api.useMutation("post", file, { onSuccess }),
  };
}

export function useSeriesWrites(onDone: () => void) {
  const onSuccess = useFetchAll(onDone);
  return {
    make: api.useMutation("put", "/api/v1/series/{series}", { onSuccess }),
    remove: api.useMutation("delete", "/api/v1/series/{series}", { onSuccess }),
  };
}
