/** What went wrong, as the page shows it (RFC 9457 and the API's own `what_to_do`). */
export interface Problem {
  /** The last part of the document's `type`: `prices-overlap`; `unreachable` without an answer. */
  type: string;
  /** Absent when there was no HTTP answer. */
  status?: number;
  title?: string;
  detail?: string;
  whatToDo?: string;
  conflictsWith?: number;
  errors: readonly { where: string; message: string }[];
}

/** Reads a problem out of whatever a request failed with: a problem document, or an exception. */
export function parseProblem(failure: unknown): Problem {
  if (!isRecord(failure)) return { type: "unreadable", errors: [] };
  // The browser's own errors: connection refused, time-out, aborted.
  if (failure instanceof Error) return { type: "unreachable", errors: [] };
  return {
    type: text(failure.type)?.split(/[:/#]/).at(-1) || "unreadable",
    ...defined("status", number(failure.status)),
    ...defined("title", text(failure.title)),
    ...defined("detail", text(failure.detail)),
    ...defined("whatToDo", text(failure.what_to_do)),
    ...defined("conflictsWith", number(failure.conflicts_with)),
    errors: parseErrors(failure.errors),
  };
}

/** Whether asking again can help: not when the question itself was refused. */
export function isWorthRetrying({ status }: Problem): boolean {
  return status === undefined || status >= 500 || status === 408 || status === 429;
}

function parseErrors(value: unknown): Problem["errors"] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((one: Record<string, unknown>) => ({
    where: text(one.where) ?? "",
    message: text(one.message) ?? "",
  }));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

const number = (value: unknown) => (typeof value === "number" ? value : undefined);

const defined = <Key extends string, Value>(key: Key, value: Value | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
