import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Explanation } from "@/api/types";
import type { Question } from "./address";

/** The largest number of slots the API lists at once: a month of them. */
export const MAX_SLOTS = 3_000;

/** A day of slots is what is read at first. */
export const A_DAY_OF_SLOTS = 96;

/** The path of a number. The slots listed are the range's first ones. */
export function useExplanation(question: Question, maxSlots: number): Answer<Explanation> {
  const query = { ...question, most_slots: maxSlots };
  return api.useQuery("get", "/api/v1/explain", { params: { query } }, every(COST));
}
