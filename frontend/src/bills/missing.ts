/** A rate that a bill lacks, read off the API's English text. */
export type Missing =
  | { kind: "month"; line: string; month: string }
  | { kind: "first"; line: string; month: string; kwh: string }
  | { kind: "slots"; series: string; count: number }
  | { kind: "day"; series: string; day: string }
  | { kind: "band"; line: string; band: string }
  | { kind: "demand"; line: string }
  | { kind: "needs"; line: string; other: string }
  | { kind: "other"; text: string };

type Reader = readonly [RegExp, (found: readonly string[]) => Missing];

const READERS: readonly Reader[] = [
  [/^(\S+) (\d{4}-\d\d)$/, ([, line = "", month = ""]) => ({ kind: "month", line, month })],
  [
    /^(\S+) (\d{4}-\d\d) \(first ([\d.]+) kWh\)$/,
    ([, line = "", month = "", kwh = ""]) => ({ kind: "first", line, month, kwh }),
  ],
  [
    /^(\S+): (\d+) slots without a price$/,
    ([, series = "", count]) => ({ kind: "slots", series, count: Number(count) }),
  ],
  [/^(\S+) (\d{4}-\d\d-\d\d)$/, ([, series = "", day = ""]) => ({ kind: "day", series, day })],
  [/^(\S+): no price for '(.+)'$/, ([, line = "", band = ""]) => ({ kind: "band", line, band })],
  [/^(\S+): highest demand$/, ([, line = ""]) => ({ kind: "demand", line })],
  [/^(\S+): needs (\S+)$/, ([, line = "", other = ""]) => ({ kind: "needs", line, other })],
];

export function parseMissing(text: string): Missing {
  for (const [pattern, read] of READERS) {
    const found = pattern.exec(text);
    if (found) return read(found);
  }
  return { kind: "other", text };
}
