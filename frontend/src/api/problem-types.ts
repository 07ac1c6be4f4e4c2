/** The types of problems that the page has its own words for, in both languages. */
export const KNOWN_TYPES = [
  "unreachable",
  "unreadable",
  "bff-down",
  "too-large",
  "victoriametrics-down",
  "victoriametrics-refused",
  "database-unavailable",
  "internal-error",
  "prices-overlap",
  "wrong-input",
  "not-found",
  "method-not-allowed",
  "too-many-rows",
  "foreign-host",
  "foreign-site",
  "ledger-stale",
  "one-source",
  "range-too-long",
  "already-answered",
  "takes-no-answer",
  "already-there",
  "database-read-only",
  "disk-full",
  "nothing-to-correct",
  "contracts-overlap",
  "series-has-values",
  "already-undone",
  "changed-since",
] as const;

export type KnownType = (typeof KNOWN_TYPES)[number];

export function knownType(type: string): KnownType | undefined {
  return KNOWN_TYPES.find((known) => known === type);
}

/** What a field error is about, read off the API's English message. */
export function reasonOfFieldError(message: string) {
  const [, reason = "other"] = REASONS.find(([pattern]) => pattern.test(message)) ?? [];
  return reason as FieldReason;
}

export type FieldReason =
  | "required"
  | "tooLong"
  | "order"
  | "instant"
  | "price"
  | "positive"
  | "number"
  | "other";

const REASONS: readonly (readonly [RegExp, FieldReason])[] = [
  [/required|missing/i, "required"],
  [/at most \d+ characters/i, "tooLong"],
  [/before|after|later|earlier/i, "order"],
  [/offset|datetime|instant|date/i, "instant"],
  [/decimal (places|digits)|digits/i, "price"],
  [/greater than/i, "positive"],
  [/number|decimal|numeric|finite/i, "number"],
];
