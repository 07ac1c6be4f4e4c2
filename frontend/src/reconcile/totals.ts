import type { ReconcileRow } from "@/api/types";
import { differences, findings } from "./differences";

/** The rows of one device, and whether any of them needs reading. */
export interface Compared {
  device: string;
  rows: ReconcileRow[];
  /** The largest difference of any day and way to count, in kWh. */
  largestKwh: number;
  isDiffering: boolean;
  /** Nothing is known of it by any way to count: that is no agreement. */
  isUnknown: boolean;
}

const isCalm = (finding: string) => finding === "agrees" || finding === "nothing";

/** The rows by device; those with the largest differences come first. */
export function byDifference(rows: readonly ReconcileRow[]): Compared[] {
  const devices = [...new Set(rows.map(({ device }) => device))];
  return devices
    .map((device) => {
      const own = rows.filter((row) => row.device === device);
      const sizes = own.flatMap((row) =>
        Object.values(differences(row)).map((kwh) => Math.abs(kwh ?? 0)),
      );
      return {
        device,
        rows: own,
        largestKwh: Math.max(0, ...sizes),
        isDiffering: own.flatMap(findings).some((finding) => !isCalm(finding)),
        isUnknown: own.flatMap(findings).every((finding) => finding === "nothing"),
      };
    })
    .toSorted(
      (a, b) => Number(b.isDiffering) - Number(a.isDiffering) || b.largestKwh - a.largestKwh,
    );
}
