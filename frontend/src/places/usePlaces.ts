import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { every, LIVE } from "@/api/refresh";
import type { PlaceNode } from "@/api/types";

/** The place tree with what its devices say now. */
export function usePlaces(): Answer<PlaceNode> {
  return api.useQuery("get", "/api/v1/places", {}, every(LIVE));
}
