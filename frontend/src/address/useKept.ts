import { useSearchParams } from "next/navigation";
import { type Kept, keptFromQuery } from "./parameters";

/** What the present address says of period, comparison, measure and order. */
export function useKept(): Kept {
  return keptFromQuery(useSearchParams());
}
