import { describe, expect, it } from "vitest";
import type { Series } from "@/api/types";
import { changedValues, NEW_KEY, NEW_VALUE, shownKeys, VALUE } from "./draft";

const series: Series = {
  series: "fuel_adjustment",
  period: "month",
  slot_minutes: null,
  note: "",
  count: 2,
  first: "2026-10",
  last: "2026-12",
  missing: ["2026-11"],
};

describe("the form of a series", () => {
  it("has the months that are there, missing, and next", () => {
    const values = [
      { key: "2026-10", value: "-1" },
      { key: "2026-12", value: "-2" },
    ];
    expect(shownKeys(series, values)).toEqual(["2026-10", "2026-11", "2026-12", "2027-01"]);
  });

  it("has no more than a year of them", () => {
    const values = Array.from({ length: 40 }, (_, month) => ({
      key: `${2023 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`,
      value: "1",
    }));
    const keys = shownKeys({ ...series, missing: [], last: "2026-04" }, values);
    expect([keys.length, keys.at(-1)]).toEqual([13, "2026-05"]);
  });
});

describe("what a form of values changes", () => {
  it("is what differs, what was emptied, and what was added", () => {
    const form = new FormData();
    form.set(`${VALUE}2026-10`, "-1");
    form.set(`${VALUE}2026-11`, " -1.5 ");
    form.set(`${VALUE}2026-12`, "");
    form.set(NEW_KEY, "2027-03");
    form.set(NEW_VALUE, "▲3");
    expect(changedValues(form, { "2026-10": "-1", "2026-12": "-2" })).toEqual({
      "2026-11": "-1.5",
      "2026-12": null,
      "2027-03": "▲3",
    });
  });

  it("is nothing where a field was empty and stays so", () => {
    const form = new FormData();
    form.set(`${VALUE}2026-11`, "");
    form.set(NEW_KEY, "2027-03");
    form.set(NEW_VALUE, "");
    expect(changedValues(form, {})).toEqual({});
  });
});
