import type refusals from "../../messages/en/refusals.json";

/** The types of problems that any page may meet; their words are in the frame. */
const FAILURES = [
  "unreachable",
  "unreadable",
  "bff-down",
  "victoriametrics-down",
  "victoriametrics-partial",
  "internal-error",
  "ledger-stale",
] as const;

export type FailureType = (typeof FAILURES)[number];
/** Those whose words are loaded when they are needed. */
export type RefusalType = keyof typeof refusals.refusal;

export function isFailureType(type: string): type is FailureType {
  return FAILURES.some((known) => known === type);
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
