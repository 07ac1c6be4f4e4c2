import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { isWorthRetrying, parseProblem } from "./problem";

/** Why figures on the page cannot be renewed now; null while all of them can. */
export function useFailure(): unknown {
  const cache = useQueryClient().getQueryCache();
  const subscribe = useCallback((listener: () => void) => cache.subscribe(listener), [cache]);
  return useSyncExternalStore(
    subscribe,
    () => {
      const failed = cache.findAll({
        type: "active",
        predicate: ({ state }) =>
          state.status === "error" &&
          state.data !== undefined &&
          isWorthRetrying(parseProblem(state.error)),
      });
      return failed[0]?.state.error ?? null;
    },
    () => null,
  );
}
