import type { CostRow, Figures } from "@/api/types";
import type { Row } from "@/ui/Download";

/** Exact figures, as they can be added up elsewhere; what is not known is null. */
export function figuresRow(figures: Figures | null | undefined, currency: string): Row {
  return {
    energy_kwh: figures?.energy_kwh ?? null,
    estimated_kwh: figures?.estimated_kwh ?? null,
    cost: figures?.cost ?? null,
    currency,
    missing_seconds: figures?.coverage.missing_seconds ?? null,
  };
}

/** A row of costs with its range and its place. */
export function costRow({ from, to, place, figures }: CostRow, currency: string): Row {
  const { room = null, shelf = null, device = null } = place ?? {};
  return { from, to, room, shelf, device, ...figuresRow(figures, currency) };
}
