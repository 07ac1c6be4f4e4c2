/** What is compared: days of one device, or of all. */
export interface ReconcileQuestion {
  from: string;
  to: string;
  device?: string;
}

export function reconcileAddress(question: ReconcileQuestion): string {
  return `/reconcile?${new URLSearchParams({ ...question })}`;
}

/** What an address asks; its range is null where it names none. */
export function reconcileFromQuery(query: Pick<URLSearchParams, "get">) {
  const [device, from, to] = ["device", "from", "to"].map((key) => query.get(key));
  return { range: from && to ? { from, to } : null, device: device ?? undefined };
}
