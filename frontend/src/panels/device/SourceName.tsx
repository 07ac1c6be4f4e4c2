"use client";

import { useLocale } from "use-intl";
import sources from "@/api/sources.json";

const NAMES: Record<string, Record<string, string>> = sources;

/** A way of reading in people's words; one the page does not know yet by its id. */
export function SourceName({ source }: { source: string }) {
  return useSourceName()(source);
}

/** The same, for use inside a sentence. */
export function useSourceName(): (source: string) => string {
  const locale = useLocale();
  return (source) => NAMES[source]?.[locale] ?? source;
}
