import type { Budget } from "@/api/types";

export interface BudgetShares {
  spentShare: number;
  expectedShare: number;
  budgetShare: number;
}

/** Lengths of a bar, 0 to 1: the largest of budget, spent and expected fills it. */
export function shares({ amount, spent, expected }: Budget): BudgetShares {
  const [budget, used, coming] = [amount, spent ?? "0", expected ?? "0"].map((each) =>
    Math.max(0, Number(each)),
  ) as [number, number, number];
  const whole = Math.max(budget, used, coming);
  if (whole === 0) return { spentShare: 0, expectedShare: 0, budgetShare: 0 };
  return {
    spentShare: used / whole,
    expectedShare: coming / whole,
    budgetShare: budget / whole,
  };
}
