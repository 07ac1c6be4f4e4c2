"use client";

import { useLocale } from "use-intl";
import type { RefusalType } from "@/api/problem-types";
import type { Language } from "@/language/messages";
import en from "../../messages/en/refusals.json";
import ja from "../../messages/ja/refusals.json";

type Part = "title" | "whatToDo";

export const texts: Record<Language, Record<RefusalType, Record<Part, string>>> = {
  en: en.refusal,
  ja: ja.refusal,
};

interface RefusalTextProps {
  type: string;
  part: Part;
  /** For a type that the page has no words for. */
  other: string;
}

/** The page's own words for a problem that only some requests meet. */
export function RefusalText({ type, part, other }: RefusalTextProps) {
  const known: Partial<Record<string, Record<Part, string>>> = texts[useLocale()];
  return known[type]?.[part] ?? other;
}
