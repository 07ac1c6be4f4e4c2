import { describe, expect, it } from "vitest";
import type { ReconcileRow } from "@/api/types";
import { countFindings, differences, findings } from "./differences";

const AGREEING: ReconcileRow = {
  from: "2026-11-20T00:00:00+09:00",
  to: "2026-11-21T00:00:00+09:00",
  device: "server",
  source: "cloud",
  ledger_kwh: "0.6",
  source_kwh: "0.6",
  increase_kwh: "0.6005",
  readings_kwh: "0.5995",
  first: null,
  last: null,
  reasons: [],
};
const gap = { from: AGREEING.from, to: AGREEING.to, kind: "gap", kwh: "0.1" };

describe("differences", () => {
  it("leaves out what is less than a watt-hour", () => {
    expect(differences(AGREEING)).toEqual({ source: null, increase: null, readings: null });
  });

  it("leaves out exactly a watt-hour, which floats would not", () => {
    const row = { ...AGREEING, source_kwh: "0.92", increase_kwh: "0.92", readings_kwh: "0.919" };
    expect(differences(row).readings).toBeNull();
  });

  it("measures PromQL by the same source, not by the ledger of the whole device", () => {
    const row = { ...AGREEING, ledger_kwh: "0.7", increase_kwh: "8.9" };
    expect(differences(row)).toEqual({
      source: expect.closeTo(-0.1),
      increase: expect.closeTo(8.3),
      readings: null,
    });
  });
});

describe("findings", () => {
  it("names a reason once, however often it came", () => {
    expect(findings({ ...AGREEING, reasons: [gap, gap] })).toEqual(["gap"]);
  });

  it("does not call a difference without a reason an agreement", () => {
    expect(findings({ ...AGREEING, increase_kwh: "8.9" })).toEqual(["unexplained"]);
  });

  it("does not call silence an agreement", () => {
    const silent = { ledger_kwh: null, source_kwh: null, increase_kwh: null, readings_kwh: null };
    expect(findings({ ...AGREEING, ...silent })).toEqual(["nothing"]);
  });

  it("counts the days of each, those that agree last", () => {
    const [first, second, third] = ["20", "21", "22"].map((day) => ({
      ...AGREEING,
      from: `2026-11-${day}T00:00:00+09:00`,
    })) as [ReconcileRow, ReconcileRow, ReconcileRow];
    const rows = [first, { ...second, reasons: [gap] }, third];
    expect([...countFindings(rows)]).toEqual([
      ["gap", 1],
      ["agrees", 2],
    ]);
  });

  it("counts a day once for a device with two sources, and not as agreeing when one departs", () => {
    const matter = { ...AGREEING, source: "matter" };
    expect([...countFindings([AGREEING, matter])]).toEqual([["agrees", 1]]);
    expect([...countFindings([AGREEING, { ...matter, reasons: [gap] }])]).toEqual([["gap", 1]]);
  });
});
