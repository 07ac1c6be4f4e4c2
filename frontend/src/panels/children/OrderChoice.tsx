"use client";

import { useId } from "react";
import { useTranslations } from "use-intl";
import { COLUMNS, orderFromText, textOfOrder } from "./order";
import { useOrder } from "./useOrder";

/** The order of the rows where there are no column titles to press. */
export function OrderChoice() {
  const t = useTranslations("children");
  const id = useId();
  const [order, setOrder] = useOrder();
  return (
    <div className="flex items-center gap-2 @xl:hidden">
      <label htmlFor={id} className="text-muted text-xs">
        {t("order")}
      </label>
      <select
        id={id}
        value={textOfOrder(order)}
        onChange={({ target }) => setOrder(orderFromText(target.value))}
        className="tap rounded-md border border-line-strong bg-surface px-2 text-sm"
      >
        {COLUMNS.map((column) => {
          const value = textOfOrder({ column, descending: column !== "place" });
          return (
            <option key={column} value={value}>
              {t(column)}
            </option>
          );
        })}
      </select>
    </div>
  );
}
