import { usePathname, useSearchParams } from "next/navigation";
import { addressWith, type Kept } from "@/address/parameters";
import { useKept } from "@/address/useKept";
import { toHouseDay } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import {
  type Days,
  keptOfPeriod,
  moved,
  type Period,
  periodFromKept,
  sameElapsed,
  yearBefore,
} from "./period";

export const COMPARISONS = ["before", "year", "off"] as const;
export type ComparedWith = (typeof COMPARISONS)[number];

/** Today on the house's calendar. */
export function useToday(): string {
  const { now, time_zone } = useHouse();
  return toHouseDay(now, time_zone);
}

/** The periods from one reading of the supplier's meter to the next; none where months are. */
export function useBilled(): Days[] {
  return useHouse().billing_periods.map((each) => ({ first: each.first_day, end: each.end_day }));
}

/** The period that the address names: everything on the page follows it. */
export function usePeriod(): Period {
  return periodFromKept(useKept(), useToday(), useBilled());
}

/** What the address compares with; the period before unless it names another. */
export function comparedWith({ compare }: Kept): ComparedWith {
  return COMPARISONS.find((each) => each === compare) ?? "before";
}

export interface ComparedPeriod {
  period: Period;
  from: string;
  to: string;
  /** Whether only as much of it counts as has passed of the period shown. */
  isPart: boolean;
}

/** The period compared with, as far as the one shown has passed; null where there is none. */
export function useComparedPeriod(): ComparedPeriod | null {
  const { now, time_zone } = useHouse();
  const shown = usePeriod();
  const billed = useBilled();
  const choice = comparedWith(useKept());
  if (choice === "off") return null;
  const period = choice === "year" ? yearBefore(shown, billed) : moved(shown, -1, billed);
  return period && { period, ...sameElapsed(shown, period, now, time_zone) };
}

/** The address of this page over another period. */
export function usePeriodAddress(): (period: Period) => string {
  const path = usePathname();
  const query = Object.fromEntries(useSearchParams());
  const today = useToday();
  return (period) => addressWith(path, query, keptOfPeriod(period, today));
}
