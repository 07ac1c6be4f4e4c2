import { describe, expect, it } from "vitest";
import type { Budget } from "@/api/types";
import { shares } from "./shares";

const budget: Budget = {
  device: null,
  month: "2026-06",
  amount: "10000",
  currency: "JPY",
  first_day: "2026-05-11",
  end_day: "2026-06-10",
  spent: "5000",
  expected: "8000",
  state: "within",
};

describe("the bar of a budget", () => {
  it("is as long as the budget while that is the largest", () => {
    expect(shares(budget)).toEqual({ spentShare: 0.5, expectedShare: 0.8, budgetShare: 1 });
  });

  it("shows where the budget was, once it is passed", () => {
    const passed = { ...budget, spent: "12500", expected: "20000" };
    expect(shares(passed)).toEqual({ spentShare: 0.625, expectedShare: 1, budgetShare: 0.5 });
  });

  it("is empty where nothing is known", () => {
    const unknown = { ...budget, amount: "0", spent: null, expected: null };
    expect(shares(unknown)).toEqual({ spentShare: 0, expectedShare: 0, budgetShare: 0 });
  });
});
