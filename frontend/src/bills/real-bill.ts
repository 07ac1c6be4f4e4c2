import type { Bill, RealBill, RealBillInput } from "@/api/types";

/** The name of the form's field for a line of the bill. */
export const LINE = "line ";

/** What was entered of a paper bill: a comma between thousands and a sign of money do not matter. */
export function realBillInput(form: FormData): RealBillInput {
  const number = (name: string) => plainNumber(String(form.get(name) ?? ""));
  const lines: Record<string, string> = {};
  for (const [name, entry] of form.entries()) {
    const amount = name.startsWith(LINE) ? plainNumber(String(entry)) : "";
    if (amount) lines[name.slice(LINE.length)] = amount;
  }
  return {
    kwh: number("kwh") || null,
    total: number("total"),
    lines,
    note: String(form.get("note") ?? "").trim(),
  };
}

/** "¥12,345" and "１２３４５円" are 12345; "▲8" is -8. */
export function plainNumber(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\s,¥€£円]/g, "")
    .replace(/^[▲△−–]/, "-");
}

export function realBillOf(bills: readonly RealBill[], bill: Bill): RealBill | undefined {
  return bills.find(
    ({ first_day, statement }) => first_day === bill.first_day && statement === bill.statement,
  );
}
