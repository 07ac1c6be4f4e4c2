import { describe, expect, it } from "vitest";
import type { HistoryRow } from "@/api/types";
import { parseKind, parsePlace, sidesOf } from "./notes";
import { effectiveCorrection } from "./useRegister";

const row = (more: Partial<HistoryRow>): HistoryRow => ({
  at: "2026-11-02T00:00:00+09:00",
  device: "fridge",
  change: "always_there",
  by: "Hana",
  note: "",
  correction_id: 1,
  corrected_at: "2026-11-01T00:00:00+09:00",
  undone_at: null,
  undone_by: null,
  ...more,
});

const ofFridge = { device: "fridge", change: "always_there" } as const;

describe("effectiveCorrection", () => {
  it("is the one of the same change that nobody undid", () => {
    const history = [
      row({ correction_id: 3, undone_at: "2026-11-03T00:00:00+09:00" }),
      row({ correction_id: 2, corrected_at: "2026-10-01T00:00:00+09:00" }),
      row({ correction_id: 1 }),
      row({ correction_id: null, change: "moved" }),
    ];
    const of = (corrected_at: string) =>
      effectiveCorrection(history, { ...ofFridge, corrected_at });
    expect(of("2026-11-01T00:00:00+09:00")?.correction_id).toBe(1);
    expect(of("2026-10-01T00:00:00+09:00")?.correction_id).toBe(2);
    expect(of("2026-09-01T00:00:00+09:00")).toBeUndefined();
  });

  it("is none of another device or kind", () => {
    expect(effectiveCorrection([row({ device: "lamp" })], ofFridge)).toBeUndefined();
    expect(effectiveCorrection([row({ change: "never_was" })], ofFridge)).toBeUndefined();
  });
});

describe("the note of a change", () => {
  it("is of places before and after, with the meter above", () => {
    const sides = sidesOf("study/rack_1 → bedroom/window behind strip");
    expect(sides.map(parsePlace)).toEqual([
      { room: "study", shelf: "rack_1", upstream: null },
      { room: "bedroom", shelf: "window", upstream: "strip" },
    ]);
    expect(sidesOf("study/rack_1").map(parsePlace)).toHaveLength(1);
    expect(parsePlace("")).toBeNull();
  });

  it("is of kinds before and after", () => {
    expect(sidesOf("load → grid_import").map(parseKind)).toEqual(["load", "grid_import"]);
    expect(parseKind("heat")).toBeNull();
  });
});
