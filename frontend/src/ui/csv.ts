export type Row = Readonly<Record<string, string | number | null>>;

/** A byte order mark, without which spreadsheets take Japanese for something else. */
const BOM = "﻿";

/** RFC 4180, with a head. What is not known is empty, and no text begins a formula. */
export function csvOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => names.map((name) => field(row[name] ?? null)).join(","));
  return `${BOM}${[names.join(","), ...lines].join("\r\n")}\r\n`;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

function field(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
