// How often the page asks, and from which age on a figure is no longer shown as the present one.
export const LIVE = { everyMs: 5_000, notAfterMs: 20_000 } as const;
export const COST = { everyMs: 30_000, notAfterMs: 100_000 } as const;
export const COMPARISON = { everyMs: 120_000, notAfterMs: 400_000 } as const;
export const CHECKED = { everyMs: 300_000, notAfterMs: 700_000 } as const;

/** Asks again in the given rhythm; after a failure in the quick one, to be back as soon as it is over. */
export function every({ everyMs }: { everyMs: number }) {
  return {
    refetchInterval: ({ state }: { state: { status: string } }) =>
      state.status === "error" ? LIVE.everyMs : everyMs,
  };
}
