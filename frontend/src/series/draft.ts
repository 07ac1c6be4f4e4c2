import type { Series, SeriesValues } from "@/api/types";
import { nextMonth } from "@/bills/months";

/** So many values are in a form at once; the newest ones. */
const MAX_SHOWN = 13;

/** The keys of a form: the newest values, and the months that follow or are missing. */
export function shownKeys(series: Series, values: SeriesValues["values"]): string[] {
  const stored = values.map(({ key }) => key);
  if (series.period !== "month") return stored.slice(-MAX_SHOWN);
  const lacking = series.missing.filter((key) => key >= (stored[0] ?? key));
  const following = series.last ? [nextMonth(series.last)] : [];
  return [...stored, ...lacking, ...following].sort().slice(-MAX_SHOWN);
}

/**
 * What a form changes, by key; an emptied field removes its value. Fields that were not touched are
 * left out.
 */
export function changedValues(
  form: FormData,
  stored: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const wanted: Record<string, string | null> = {};
  for (const [name, entry] of form.entries()) {
    const value = String(entry).trim();
    const key = name.startsWith(VALUE) ? name.slice(VALUE.length) : null;
    if (key !== null && value !== (stored[key] ?? "")) wanted[key] = value || null;
  }
  const [key, value] = [NEW_KEY, NEW_VALUE].map((name) => String(form.get(name) ?? "").trim());
  if (key && value) wanted[key] = value;
  return wanted;
}

export const VALUE = "value ";
export const NEW_KEY = "new-key";
export const NEW_VALUE = "new-value";
