import { useQueryClient } from "@tanstack/react-query";

/** What follows a write that changes figures everywhere: `onDone`, and everything is fetched again. */
export function useFetchAll(onDone?: () => void) {
  const client = useQueryClient();
  return () => {
    onDone?.();
    return client.invalidateQueries();
  };
}
