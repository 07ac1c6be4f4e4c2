const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Round instants of the house's clock inside of a range: ten minutes, hours, or midnights. */
export function ticksBetween(fromMs: number, toMs: number, timeZone: string): number[] {
  const [unit, increment] = gridOf(toMs - fromMs);
  const first = Temporal.Instant.fromEpochMilliseconds(fromMs)
    .toZonedDateTimeISO(timeZone)
    .round({ smallestUnit: unit, roundingIncrement: increment, roundingMode: "ceil" });
  const ticks: number[] = [];
  for (
    let tick = first;
    tick.epochMilliseconds <= toMs;
    tick = tick.add({ [`${unit}s`]: increment })
  ) {
    ticks.push(tick.epochMilliseconds);
  }
  return ticks;
}

function gridOf(rangeMs: number): readonly ["minute" | "hour" | "day", number] {
  if (rangeMs <= 3 * HOUR_MS) return ["minute", 10];
  return rangeMs <= 2 * DAY_MS ? ["hour", 1] : ["day", 1];
}
