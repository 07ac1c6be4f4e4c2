import type { FirstScreen } from "./types";

declare global {
  interface Window {
    /** What the script in the head has asked for (app/head-script.ts); undefined where it failed. */
    earlyAnswers?: Promise<Partial<FirstScreen> | undefined> | undefined;
  }
}

/** Later than this after it arrived, an answer that nobody asked for is of the past. */
const USED_WITHIN_MS = 10_000;

let answers: Promise<Map<string, unknown>> | undefined;
/** The same once they have arrived. */
let arrived: Map<string, unknown> | undefined;

/** The answer that the head's script asked for; each is used once, and only for a GET. */
export async function takeEarly({ url, method }: Pick<Request, "url" | "method">) {
  const early = window.earlyAnswers;
  if (method !== "GET" || !early) return undefined;
  answers ??= early.then(byQuestion);
  await answers;
  const answer = take(new URL(url));
  return answer === undefined ? undefined : Response.json(answer);
}

/**
 * The answer to a query by its key, where it is there already. Panels that appear together then
 * have their figures in the same frame, and none pushes another one down afterwards.
 */
export function takeArrived([method, path, init]: readonly unknown[]): unknown {
  if (method !== "get" || typeof path !== "string") return undefined;
  const { params } = (init ?? {}) as { params?: { query?: Record<string, string | undefined> } };
  const url = new URL(path, "http://page");
  for (const [name, value] of Object.entries(params?.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return take(url);
}

function take(url: URL): unknown {
  const question = questionOf(url);
  const answer = arrived?.get(question);
  arrived?.delete(question);
  return answer;
}

function byQuestion(screen: Partial<FirstScreen> | undefined): Map<string, unknown> {
  setTimeout(() => {
    window.earlyAnswers = answers = arrived = undefined;
  }, USED_WITHIN_MS);
  const { costs = [], marks, ...single } = screen ?? {};
  arrived = new Map<string, unknown>([
    ...Object.entries(single).map(([name, answer]) => [`/api/v1/${name}`, answer] as const),
    ...costs.map(({ by, group_by, cost }) => {
      const asked = { ...cost.place, by, group_by, from: cost.from, to: cost.to };
      return [rangeQuestion(COST, (name) => asked[name] ?? null), cost] as const;
    }),
  ]);
  if (marks) {
    const asked: Asked = { ...marks.place, from: marks.from, to: marks.to };
    arrived.set(
      rangeQuestion(MARKS, (name) => asked[name] ?? null),
      marks,
    );
  }
  return arrived;
}

function questionOf({ pathname, search, searchParams }: URL): string {
  if (pathname === COST || pathname === MARKS)
    return rangeQuestion(pathname, (name) => searchParams.get(name));
  return pathname + search;
}

const COST = "/api/v1/cost";
const MARKS = "/api/v1/marks";
const NAMES = ["room", "shelf", "device", "by", "group_by"] as const;
type Name = (typeof NAMES)[number] | "from" | "to";
type Asked = Partial<Record<Name, string | null>>;

/** Instants are compared as such: an offset can be written in several ways. */
function rangeQuestion(path: string, get: (name: Name) => string | null) {
  const range = [get("from"), get("to")].map((instant) => Date.parse(instant ?? ""));
  return `${path} ${[...range, ...NAMES.map((name) => get(name) ?? "")]}`;
}
