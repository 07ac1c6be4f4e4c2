import { describe, expect, it } from "vitest";
import type { Contract } from "@/api/types";
import { contractSpans } from "./contract-spans";

function contract(id: number, valid_from: string | null, valid_to: string | null = null): Contract {
  return {
    id,
    name: `contract ${id}`,
    statement: "import",
    valid_from,
    valid_to,
    document: {},
    note: "",
    missing_series: [],
  };
}

const at = (day: string) => Date.parse(`${day}T00:00:00Z`);

describe("contracts along time", () => {
  it("hold until the next one begins, or until their own end", () => {
    const spans = contractSpans(
      [contract(3, "2026-08-15"), contract(1, null, "2026-03-01"), contract(2, "2026-04")],
      at,
    );
    expect(spans.map(({ key, fromMs, toMs }) => [key, fromMs, toMs])).toEqual([
      ["1", Number.NEGATIVE_INFINITY, at("2026-03-01")],
      ["2", at("2026-04-01"), at("2026-08-15")],
      ["3", at("2026-08-15"), null],
    ]);
  });
});
