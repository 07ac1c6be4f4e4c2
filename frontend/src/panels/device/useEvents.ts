import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { EventList } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";

/** More than a person reads at once; the number of all is shown beside. */
const MAX_EVENTS = 20;

export function useEvents(device: string): Answer<EventList> {
  const params = { query: { device, max_events: MAX_EVENTS } };
  return api.useQuery("get", "/api/v1/events", { params }, every(COST));
}

/** An answer, and taking it back. The device's energy follows, so everything is fetched again. */
export function useAnswers() {
  const onSuccess = useFetchAll();
  return {
    give: api.useMutation("post", "/api/v1/events/{event_id}/answer", { onSuccess }),
    takeBack: api.useMutation("delete", "/api/v1/events/{event_id}/answer", { onSuccess }),
  };
}
