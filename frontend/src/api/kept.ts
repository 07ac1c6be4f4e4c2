import type { QueryClient } from "@tanstack/react-query";
import { isWorthRetrying, parseProblem } from "./problem";

const KEY = "last-answers";
/** A closed laptop fires no event, and neither does a power cut. */
const SAVE_EVERY_MS = 60_000;
/** Browsers give an origin some 5 MB; the answers of one page have some 100 kB. */
const MAX_CHARACTERS = 2_000_000;

interface KeptAnswer {
  data: unknown;
  /** When it arrived, in milliseconds since 1970. */
  atMs: number;
}

type KeptAnswers = Record<string, KeptAnswer>;

/**
 * Keeps in this browser what is shown, and shows it again where a reload gets no answer: as old as
 * it is, and with the failure, as after any other one. Returns what ends it.
 */
export function keepAnswers(client: QueryClient): () => void {
  const save = () => writeKept(answersShown(client));
  const saveHidden = () => document.visibilityState === "hidden" && save();
  document.addEventListener("visibilitychange", saveHidden);
  window.addEventListener("pagehide", save);
  const timer = setInterval(save, SAVE_EVERY_MS);
  const unsubscribe = client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "error") return;
    const { query } = event;
    if (query.state.data !== undefined || !isWorthRetrying(parseProblem(query.state.error))) return;
    const kept = readKept()[query.queryHash];
    if (kept) query.setState({ data: kept.data, dataUpdatedAt: kept.atMs });
  });
  return () => {
    document.removeEventListener("visibilitychange", saveHidden);
    window.removeEventListener("pagehide", save);
    clearInterval(timer);
    unsubscribe();
  };
}

/** What panels show now; answers that were kept before and not renewed keep their time. */
export function answersShown(client: QueryClient): KeptAnswers {
  const shown = client.getQueryCache().findAll({
    type: "active",
    predicate: ({ queryKey, state }) => queryKey[0] === "get" && state.data !== undefined,
  });
  return Object.fromEntries(
    shown.map(({ queryHash, state: { data, dataUpdatedAt } }) => [
      queryHash,
      { data, atMs: dataUpdatedAt },
    ]),
  );
}

function readKept(): KeptAnswers {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

function writeKept(answers: KeptAnswers): void {
  const text = JSON.stringify(answers);
  // A page that failed before it showed anything keeps nothing, and removes nothing.
  if (Object.keys(answers).length === 0 || text.length > MAX_CHARACTERS) return;
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // Storage is forbidden or full: a reload without a network then shows no figures.
  }
}
