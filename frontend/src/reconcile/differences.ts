import type { ReconcileRow } from "@/api/types";

/** The API's own limit: ways to count round differently by up to a watt-hour. */
const NEGLIGIBLE_UWH = 1_000_000;

/** Whole micro-watt-hours, the API's own grain: floats would part what is exactly at the limit. */
const microWattHours = (kwh: string) => Math.round(Number(kwh) * 1e9);

/** By how much a way to count departs from the one it is measured by; null where they agree. */
export function difference(kwh: string | null, from: string | null): number | null {
  if (kwh === null || from === null) return null;
  const departs = microWattHours(kwh) - microWattHours(from);
  return Math.abs(departs) > NEGLIGIBLE_UWH ? departs / 1e9 : null;
}

/** Each way to count beside the one that it should agree with. */
export function differences({ ledger_kwh, source_kwh, increase_kwh, readings_kwh }: ReconcileRow) {
  return {
    source: difference(source_kwh, ledger_kwh),
    increase: difference(increase_kwh, source_kwh),
    readings: difference(readings_kwh, source_kwh),
  };
}

/** What a row says in a word: its reasons, or that it needs none, or that it lacks one. */
export function findings(row: ReconcileRow): string[] {
  const kinds = [...new Set(row.reasons.map(({ kind }) => kind))];
  if (kinds.length > 0) return kinds;
  const isAnyKnown = [row.ledger_kwh, row.increase_kwh, row.readings_kwh].some(
    (kwh) => kwh !== null,
  );
  if (!isAnyKnown) return ["nothing"];
  const differs = Object.values(differences(row)).some((each) => each !== null);
  return [differs ? "unexplained" : "agrees"];
}

/** What a day says of a device: of all its sources, and agreement only where none departs. */
function findingsOfDay(rows: readonly ReconcileRow[]): string[] {
  const found = new Set(rows.flatMap(findings));
  const departing = [...found].filter((finding) => finding !== "agrees" && finding !== "nothing");
  if (departing.length > 0) return departing;
  return [found.has("agrees") ? "agrees" : "nothing"];
}

/** On how many days each finding stands, however many sources the device has. */
export function countFindings(rows: readonly ReconcileRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const day of new Set(rows.map(({ from }) => from))) {
    for (const finding of findingsOfDay(rows.filter(({ from }) => from === day))) {
      counts.set(finding, (counts.get(finding) ?? 0) + 1);
    }
  }
  // What needs no attention comes last.
  return new Map([...counts].sort(([a], [b]) => Number(a === "agrees") - Number(b === "agrees")));
}
