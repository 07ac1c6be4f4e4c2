import { describe, expect, it } from "vitest";
import type { ReconcileRow } from "@/api/types";
import { byDifference } from "./totals";

const row = (device: string, increase_kwh: string, kinds: string[] = []): ReconcileRow =>
  ({
    device,
    source: "cloud",
    from: "2026-03-01T00:00:00+09:00",
    to: "2026-03-02T00:00:00+09:00",
    ledger_kwh: "1",
    source_kwh: "1",
    increase_kwh,
    readings_kwh: "1",
    first: null,
    last: null,
    reasons: kinds.map((kind) => ({ kind, from: "", to: "", kwh: null })),
  }) as unknown as ReconcileRow;

describe("the devices compared", () => {
  it("begin with the largest difference; those that agree come last", () => {
    const rows = [row("nas", "1"), row("fridge", "1.2", ["edges"]), row("kettle", "3", ["start"])];
    const compared = byDifference(rows);
    expect(compared.map(({ device }) => device)).toEqual(["kettle", "fridge", "nas"]);
    expect(compared.map(({ isDiffering }) => isDiffering)).toEqual([true, true, false]);
    expect(compared[0]?.largestKwh).toBeCloseTo(2);
  });

  it("do not agree where nothing is known of them", () => {
    const nothing = { ledger_kwh: null, source_kwh: null, increase_kwh: null, readings_kwh: null };
    const compared = byDifference([{ ...row("kettle", "1"), ...nothing }, row("nas", "1")]);
    const unknown = compared.filter(({ isUnknown }) => isUnknown);
    expect(unknown.map(({ device }) => device)).toEqual(["kettle"]);
  });
});
