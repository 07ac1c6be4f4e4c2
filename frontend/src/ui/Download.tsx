"use client";

import { csvOf, type Row } from "./csv";

export type { Row } from "./csv";

interface DownloadProps {
  /** Of the file, without its day and its ending. */
  name: string;
  /** When what is shown begins, as the API has it. */
  from: string;
  rows: readonly Row[];
}

/** Saves exactly what is shown, with the API's own digits. */
export function Download({ name, from, rows }: DownloadProps) {
  const file = `${name}-${from.slice(0, 10)}`;
  return (
    <div className="ms-auto mt-3 flex w-fit items-center gap-3 text-sm">
      <Save
        label="CSV"
        name={`${file}.csv`}
        type="text/csv;charset=utf-8"
        text={() => csvOf(rows)}
      />
      <Save
        label="JSON"
        name={`${file}.json`}
        type="application/json"
        text={() => JSON.stringify(rows, null, 2)}
      />
    </div>
  );
}

interface SaveProps {
  label: string;
  name: string;
  type: string;
  text: () => string;
}

function Save({ label, name, type, text }: SaveProps) {
  function save(): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text()], { type }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }
  return (
    <button type="button" onClick={save} className="tap text-accent underline">
      {label}
    </button>
  );
}
