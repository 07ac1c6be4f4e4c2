"use client";

import { useLocale, useTranslations } from "use-intl";
import type { UnitPrice } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Button } from "@/ui/Button";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { Price } from "./Price";
import { timeline } from "./timeline";

interface PricesTableProps {
  prices: readonly UnitPrice[];
  onChange: (price: UnitPrice) => void;
  onDelete: (price: UnitPrice) => void;
}

export function PricesTable({ prices, onChange, onDelete }: PricesTableProps) {
  const t = useTranslations("prices");
  const { now } = useHouse();
  return (
    <table className="block w-full text-sm md:table">
      <TableHead className="hidden md:table-header-group">
        {(["price", "from", "to", "note"] as const).map((title) => (
          <ColumnTitle key={title} align="start">
            {t(title)}
          </ColumnTitle>
        ))}
        <ColumnTitle align="end">
          <span className="sr-only">{t("actions")}</span>
        </ColumnTitle>
      </TableHead>
      <tbody className="block md:table-row-group">
        {timeline(prices, now).map((interval) =>
          interval.type === "gap" ? (
            <GapRow key={interval.from} from={interval.from} to={interval.to} />
          ) : (
            <PriceRow
              key={interval.price.id}
              price={interval.price}
              isValidNow={interval.isValidNow}
              onChange={() => onChange(interval.price)}
              onDelete={() => onDelete(interval.price)}
            />
          ),
        )}
      </tbody>
    </table>
  );
}

interface PriceRowProps {
  price: UnitPrice;
  isValidNow: boolean;
  onChange: () => void;
  onDelete: () => void;
}

function PriceRow({ price, isValidNow, onChange, onDelete }: PriceRowProps) {
  const t = useTranslations("prices");
  const { valid_from, valid_to, note, direction } = price;
  return (
    <tr className="grid gap-y-1 border-line border-b py-3 last:border-0 md:table-row md:py-0">
      <th scope="row" className="text-start font-semibold md:py-3 md:pe-4">
        <Price price={price} />{" "}
        {direction === "export" && (
          <span className="ms-1 rounded-full bg-sunken px-2 py-0.5 font-medium text-muted text-xs">
            {t("sold")}
          </span>
        )}{" "}
        {isValidNow && (
          <span className="ms-1 rounded-full bg-sunken px-2 py-0.5 font-medium text-up text-xs">
            {t("inForce")}
          </span>
        )}
      </th>
      <td className="md:pe-4">
        <Moment instant={valid_from} label={t("from")} />
      </td>
      <td className="md:pe-4">
        {valid_to ? (
          <Moment instant={valid_to} label={t("to")} />
        ) : (
          <span className="text-muted">{t("open")}</span>
        )}
      </td>
      <td className="text-muted md:pe-4">{note}</td>
      <td className="pt-1 md:py-2">
        <div className="flex gap-2 md:justify-end">
          <Button onClick={onChange}>{t("change")}</Button>
          <Button look="danger" onClick={onDelete}>
            {t("delete")}
          </Button>
        </div>
      </td>
    </tr>
  );
}

function GapRow({ from, to }: { from: string; to: string }) {
  const t = useTranslations("prices");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const moment = (instant: string) => formatMoment(locale, instant, time_zone);
  return (
    <tr className="block border-line border-b md:table-row">
      <td colSpan={5} className="block py-2 text-silent md:table-cell">
        <span aria-hidden className="hatched me-2 inline-block size-2.5" />
        {t("gap", { from: moment(from), to: moment(to) })}
      </td>
    </tr>
  );
}

/** The column's title stands beside the moment where there are no columns. */
function Moment({ instant, label }: { instant: string; label: string }) {
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (
    <>
      <span className="me-2 text-muted text-xs md:hidden">{label}</span>
      <time dateTime={instant} className="whitespace-nowrap">
        {formatMoment(locale, instant, time_zone)}
      </time>
    </>
  );
}
