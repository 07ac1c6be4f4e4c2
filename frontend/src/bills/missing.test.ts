import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseMissing } from "./missing";
import { formatBillMonth, formatDays, nextMonth } from "./months";
import { parseSeriesName } from "./series-names";

const TEMPLATES = new URL("../../../config/contracts/", import.meta.url);

describe("what a bill lacks", () => {
  it("is read in every form that the API writes it in", () => {
    expect(parseMissing("fuel_adjustment 2026-08")).toEqual({
      kind: "month",
      line: "fuel_adjustment",
      month: "2026-08",
    });
    expect(parseMissing("fuel 2026-08 (first 15 kWh)")).toMatchObject({ kind: "first", kwh: "15" });
    expect(parseMissing("jepx_tokyo: 3 slots without a price")).toMatchObject({
      kind: "slots",
      count: 3,
    });
    expect(parseMissing("tempo_colour 2026-05-11")).toMatchObject({ kind: "day" });
    expect(parseMissing("energy: no price for 'none'")).toMatchObject({
      kind: "band",
      band: "none",
    });
    expect(parseMissing("basic: highest demand")).toMatchObject({ kind: "demand" });
    expect(parseMissing("vat: needs energy")).toMatchObject({ kind: "needs", other: "energy" });
    expect(parseMissing("something new")).toEqual({ kind: "other", text: "something new" });
  });
});

describe("the name of a series", () => {
  it("is known for every series of the offered contracts", () => {
    const files = readdirSync(TEMPLATES).filter((name) => name.endsWith(".yaml"));
    const texts = files.map((name) => readFileSync(new URL(name, TEMPLATES), "utf8"));
    const names = texts.flatMap((text) =>
      [...text.matchAll(/series: (\w+)/g)].map(([, one]) => one),
    );
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => parseSeriesName(name ?? "") === null)).toEqual([]);
  });

  it("tells the supplier and the area", () => {
    expect(parseSeriesName("tepco_fuel_adjustment")).toEqual({ kind: "fuel", of: "tepco" });
    expect(parseSeriesName("fuel_adjustment")).toEqual({ kind: "fuel", of: "" });
    expect(parseSeriesName("my_own")).toBeNull();
  });
});

describe("months and days of bills", () => {
  it("are written as people read them", () => {
    expect(formatBillMonth("ja", "2026-05")).toBe("2026年5月");
    expect(formatDays("en", "2026-05-11", "2026-06-10")).toMatch(/May 11.*Jun 9, 2026/);
    expect(nextMonth("2026-12")).toBe("2027-01");
  });
});
