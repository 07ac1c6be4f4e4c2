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

/** The answer that the head's script asked for; each is used once, and only for a GET. */
export async function takeEarly({ url, method }: Pick<Request, "url" | "method">) {
  const early = window.earlyAnswers;
  if (method !== "GET" || !early) return undefined;
  answers ??= early.then(byQuestion);
  const known = await answers;
  const question = questionOf(new URL(url));
  const answer = known.get(question);
  known.delete(question);
  return answer === undefined ? undefined : Response.json(answer);
}

function byQuestion(screen: Partial<FirstScreen> | undefined): Map<string, unknown> {
  setTimeout(() => {
    window.earlyAnswers = answers = undefined;
  }, USED_WITHIN_MS);
  const { costs = [], ...single } = screen ?? {};
  return new Map<string, unknown>([
    ...Object.entries(single).map(([name, answer]) => [`/api/v1/${name}`, answer] as const),
    ...costs.map(({ by, group_by, cost }) => {
      const asked = { ...cost.place, by, group_by, from: cost.from, to: cost.to };
      return [costQuestion((name) => asked[name] ?? null), cost] as const;
    }),
  ]);
}

function questionOf({ pathname, search, searchParams }: URL): string {
  if (pathname === "/api/v1/cost") return costQuestion((name) => searchParams.get(name));
  return pathname + search;
}

const NAMES = ["room", "shelf", "device", "by", "group_by"] as const;

/** Instants are compared as such: an offset can be written in several ways. */
function costQuestion(get: (name: (typeof NAMES)[number] | "from" | "to") => string | null) {
  const range = [get("from"), get("to")].map((instant) => Date.parse(instant ?? ""));
  return `cost ${[...range, ...NAMES.map((name) => get(name) ?? "")]}`;
}
