import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Trial, UnitPrice } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";

export function usePrices(): Answer<UnitPrice[]> {
  return api.useQuery("get", "/api/v1/unit_prices", {}, every(COST));
}

/** What a change of prices would do. It writes nothing, so it is asked like any question. */
export function useEffectOfPrices(trial: Trial) {
  const once = { gcTime: 0, staleTime: Number.POSITIVE_INFINITY };
  return api.useQuery("post", "/api/v1/unit_prices/effect", { body: trial }, once);
}

/** The three writes. A price changes every cost there is, so everything is asked again. */
export function usePriceWrites(onDone: () => void) {
  const onSuccess = useFetchAll(onDone);
  return {
    add: api.useMutation("post", "/api/v1/unit_prices", { onSuccess }),
    change: api.useMutation("put", "/api/v1/unit_prices/{price_id}", { onSuccess }),
    remove: api.useMutation("delete", "/api/v1/unit_prices/{price_id}", { onSuccess }),
  };
}

/** A file of prices: what it would add, and adding it. */
export function usePricesFile(onDone: () => void) {
  const onSuccess = useFetchAll(onDone);
  return {
    preview: api.useMutation("post", "/api/v1/unit_prices/csv"),
    save: api.useMutation("post", "/api/v1/unit_prices/csv", { onSuccess }),
  };
}
