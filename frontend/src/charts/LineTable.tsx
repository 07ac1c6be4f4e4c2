"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { Download, type Row } from "@/ui/Download";
import { TableHead } from "@/ui/TableHead";

interface LineTableProps {
  title: string;
  /** What its columns are: the line's name each. */
  lines: readonly { key: string; label: string }[];
  /** The instant of each row in words, and its values, one for each line. */
  rows: readonly { at: string; moment: string; values: readonly string[] }[];
  /** Of the files; with when the lines begin. */
  name: string;
  from: string;
  /** The same numbers with all their digits. */
  exported: readonly Row[];
}

/** A chart of lines in figures: for screen readers, and to take along. */
export function LineTable(props: LineTableProps) {
  const t = useTranslations("costs");
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="mt-3 text-sm">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
          {t("asTable")}
        </summary>
        {isOpen && <Figures {...props} />}
      </details>
      <Download name={props.name} from={props.from} rows={props.exported} />
    </div>
  );
}

function Figures({ title, lines, rows }: LineTableProps) {
  const t = useTranslations("costs");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: hundreds of rows scroll by the keyboard, too
    <section aria-label={title} tabIndex={0} className="mt-2 max-h-96 overflow-auto">
      <table className="w-full max-w-xl">
        <caption className="sr-only">{title}</caption>
        <TableHead>
          <ColumnTitle align="start">{t("time.instant")}</ColumnTitle>
          {lines.map(({ key, label }) => (
            <ColumnTitle key={key} align="end">
              {label}
            </ColumnTitle>
          ))}
        </TableHead>
        <tbody>
          {rows.map(({ at, moment, values }) => (
            <tr key={at} className="border-line border-b">
              <th scope="row" className="whitespace-nowrap py-1 text-start font-normal">
                {moment}
              </th>
              {lines.map(({ key }, position) => (
                <td key={key} className="whitespace-nowrap py-1 ps-3 text-end">
                  {values[position]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
