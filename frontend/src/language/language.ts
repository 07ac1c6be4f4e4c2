import { useSyncExternalStore } from "react";
import { remembered } from "@/preferences/remembered";
import { LANGUAGES, type Language } from "./messages";

export const rememberedLanguage = remembered("language", LANGUAGES);

/** Japanese when the browser asks for it before any English, else English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const first = wanted.map((tag) => tag.slice(0, 2)).find((tag) => tag === "ja" || tag === "en");
  return first === "ja" ? "ja" : "en";
}

/** The language of the page; null while prerendering, where nobody's language is known. */
export function useChosenLanguage(): Language | null {
  return useSyncExternalStore<Language | null>(
    rememberedLanguage.subscribe,
    () => rememberedLanguage.read() ?? preferredLanguage(navigator.languages),
    () => null,
  );
}
