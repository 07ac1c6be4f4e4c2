import { numberFormat } from "@/language/formats";

/** Labels of the value axis; `unit` is an ISO 4217 currency or kWh. */
export function axisFormat(locale: string, unit: string): (value: number) => string {
  const format = numberFormat(locale, {
    ...(unit !== "kWh" && { style: "currency", currency: unit, currencyDisplay: "narrowSymbol" }),
    minimumFractionDigits: 0,
    maximumFractionDigits: 2,
  });
  return (value) => format.format(value).replace("￥", "¥");
}
