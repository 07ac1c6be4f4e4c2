// How often the page asks, and from which age on a figure is no longer shown as the present one.
export const LIVE = { everyMs: 5_000, notAfterMs: 20_000 } as const;
export const COST = { everyMs: 30_000, notAfterMs: 100_000 } as const;

export type Refresh = typeof LIVE | typeof COST;
