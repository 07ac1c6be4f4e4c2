import type { PlotPoint } from "@/api/types";

const HOURS_APART = 3;

/**
 * The points to write a time under: the first of each day, or of each third hour of one day.
 * The API writes instants on the house's clock, so their text tells the hour.
 */
export function roundTicks(points: readonly PlotPoint[], isOneDay: boolean): string[] {
  const key = (at: string) =>
    isOneDay ? Math.floor(Number(at.slice(11, 13)) / HOURS_APART) : at.slice(0, 10);
  const instants = points.map(({ at }) => at);
  return instants.filter((at, index) => {
    const before = instants[index - 1];
    return before === undefined || key(before) !== key(at);
  });
}
