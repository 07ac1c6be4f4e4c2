import { usePathname, useSearchParams } from "next/navigation";
import { addressWith } from "@/address/parameters";
import { useKept } from "@/address/useKept";
import { MEASURES, type Measure } from "./buckets";

/** Whether cost or energy is drawn: in the address, so that it stays from place to place. */
export function useMeasure(): [Measure, (measure: Measure) => void] {
  const path = usePathname();
  const query = Object.fromEntries(useSearchParams());
  const { show } = useKept();
  const chosen = MEASURES.find((each) => each === show) ?? "cost";
  function choose(measure: Measure): void {
    const parameter = measure === "cost" ? undefined : measure;
    window.history.replaceState(null, "", addressWith(path, query, { show: parameter }));
  }
  return [chosen, choose];
}
