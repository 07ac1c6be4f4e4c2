"use client";

import { type ChangeEvent, useId, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { csvBody } from "@/api/csv";
import type { PriceInput, UnitPrice } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { EffectOf } from "./EffectOf";
import { Price } from "./Price";
import { usePricesFile } from "./usePrices";

/** Prices to and from a file: what a file would add is shown before it is saved. */
export function CsvPanel() {
  const t = useTranslations("prices");
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const { preview, save } = usePricesFile(() => setFile(null));
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const chosen = target.files?.[0] ?? null;
    setFile(chosen);
    save.reset();
    if (chosen) preview.mutate({ params: { query: { preview: true } }, ...csvBody(chosen) });
  };
  const failure = preview.error ?? save.error;
  return (
    <Panel title={t("csv")}>
      <p className="text-muted text-sm">
        {t("csvLead")}{" "}
        <a
          href="/api/v1/unit_prices/csv"
          download="unit_prices.csv"
          className="text-accent underline"
        >
          {t("export")}
        </a>
      </p>
      <label htmlFor={id} className="mt-3 block text-muted text-sm">
        {t("file")}
      </label>
      <input
        key={save.submittedAt}
        id={id}
        type="file"
        accept=".csv,text/csv"
        onChange={choose}
        className="tap mt-1 block max-w-full text-sm"
      />
      {failure !== null && <ProblemNotice failure={failure} />}
      {file && preview.data && (
        <div className="mt-3 space-y-3">
          <Added prices={preview.data} />
          {preview.data.length > 0 && (
            <EffectOf
              trial={{ action: "import", prices: preview.data.map(asInput) }}
              buttons={(canSave) =>
                canSave && (
                  <Button
                    look="primary"
                    disabled={save.isPending}
                    onClick={() => save.mutate(csvBody(file))}
                  >
                    {t("addAll", { count: preview.data.length })}
                  </Button>
                )
              }
            />
          )}
        </div>
      )}
      {save.isSuccess && (
        <p role="status" className="mt-3 text-sm">
          {t("added", { count: save.data.length })}
        </p>
      )}
    </Panel>
  );
}

function asInput({ price_per_kwh, valid_from, valid_to, note, direction }: UnitPrice): PriceInput {
  return { price_per_kwh, valid_from, valid_to, note, direction };
}

function Added({ prices }: { prices: readonly UnitPrice[] }) {
  const t = useTranslations("prices");
  const locale = useLocale();
  const { time_zone } = useHouse();
  if (prices.length === 0) return <p className="text-sm">{t("nothingNew")}</p>;
  return (
    <ul className="divide-y divide-line text-sm" data-testid="csv-prices">
      {prices.map((price) => (
        <li key={`${price.valid_from} ${price.direction}`} className="flex flex-wrap gap-x-4 py-2">
          <Price price={price} />
          <span className="text-muted">
            {t("holds", {
              from: formatMoment(locale, price.valid_from, time_zone),
              to: price.valid_to ? formatMoment(locale, price.valid_to, time_zone) : t("open"),
            })}
          </span>
          {price.direction === "export" && <span className="text-muted">{t("sold")}</span>}
        </li>
      ))}
    </ul>
  );
}
