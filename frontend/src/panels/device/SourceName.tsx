"use client";

import { useTranslations } from "use-intl";

const KNOWN = ["cloud", "ble", "native", "matter", "aiseg2", "esp32"] as const;

/** A way of reading in people's words; one the page does not know yet by its id. */
export function SourceName({ source }: { source: string }) {
  return useSourceName()(source);
}

/** The same, for use inside a sentence. */
export function useSourceName(): (source: string) => string {
  const t = useTranslations("sourceNames");
  return (source) => {
    const known = KNOWN.find((name) => name === source);
    return known ? t(known) : source;
  };
}
