import { isWorthRetrying, parseProblem } from "./problem";

// How often the page asks, and from which age on a figure is greyed, with its time.
export const LIVE = { everyMs: 5_000, notAfterMs: 20_000 } as const;
export const NOTICES = { everyMs: 10_000, notAfterMs: 40_000 } as const;
export const COST = { everyMs: 30_000, notAfterMs: 100_000 } as const;
export const COMPARISON = { everyMs: 120_000, notAfterMs: 400_000 } as const;
export const CHECKED = { everyMs: 300_000, notAfterMs: 700_000 } as const;

/** While events arrive (live.ts), present values are asked for by them. */
const STREAMED_EVERY_MS = 15_000;
/** Without an event for so long there is no stream, or nothing new: asking takes over again. */
const STREAMED_WITHIN_MS = 10_000;
let lastEventAtMs = Number.NEGATIVE_INFINITY;

export function noteEvent(): void {
  lastEventAtMs = Date.now();
}

function intervalMs(everyMs: number): number {
  const isStreamed = Date.now() - lastEventAtMs < STREAMED_WITHIN_MS;
  return everyMs === LIVE.everyMs && isStreamed ? STREAMED_EVERY_MS : everyMs;
}

/**
 * Asks again in the given interval; after a failure in the short one, to be back as soon as it is
 * over, and never again where asking cannot help.
 */
export function every({ everyMs }: { everyMs: number }) {
  return {
    refetchInterval: ({ state }: { state: { status: string; error: unknown } }) => {
      if (state.status !== "error") return intervalMs(everyMs);
      return isWorthRetrying(parseProblem(state.error)) ? LIVE.everyMs : (false as const);
    },
  };
}
