/** What a panel needs to know of a query. */
export interface Answer<Data> {
  data: Data | undefined;
  error: unknown;
  /** When the data arrived, in milliseconds since 1970; 0 when it never did. */
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/** Two answers that only make sense together: as bad as the worse one, as old as the older one. */
export function together<A, B>(a: Answer<A>, b: Answer<B>): Answer<[A, B]> {
  const both = a.data !== undefined && b.data !== undefined;
  return {
    data: both ? [a.data as A, b.data as B] : undefined,
    error: a.error ?? b.error,
    dataUpdatedAt: Math.min(a.dataUpdatedAt, b.dataUpdatedAt),
    refetch: () => [a.refetch(), b.refetch()],
  };
}

/** For what does not age, such as names: once known, it outlives the loss of the server. */
export function lasting<Data>(answer: Answer<Data>): Answer<Data> {
  return answer.data === undefined ? answer : { ...answer, error: null };
}
