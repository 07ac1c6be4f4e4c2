import { numberFormat } from "@/language/formats";
import type { Quantity } from "./quantity";

const SMALL = 100;

/**
 * Money for people, from the API's exact decimal string: ¥0.28, ¥48.10, ¥1,240.
 * Below a hundred two decimals are shown also where the currency has none: a standby load costs
 * parts of a yen a day, and that is not ¥0.
 */
export function formatMoney(locale: string, currency: string, amount: string): Quantity {
  const size = Math.abs(Number(amount));
  if (size > 0 && size < 0.005) return lessThanShown(locale, currency);
  return split(moneyFormat(locale, currency, size), amount);
}

function moneyFormat(locale: string, currency: string, size: number): Intl.NumberFormat {
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  const usual = numberFormat(locale, style).resolvedOptions().maximumFractionDigits ?? 2;
  const digits = size > 0 && size < SMALL ? Math.max(usual, 2) : usual;
  return numberFormat(locale, {
    ...style,
    signDisplay: "negative",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function lessThanShown(locale: string, currency: string): Quantity {
  const smallest = split(moneyFormat(locale, currency, 0.01), "0.01");
  return { ...smallest, before: `<\u00a0${smallest.before}` };
}

function split(format: Intl.NumberFormat, amount: string): Quantity {
  const parts = format.formatToParts(amount as Intl.StringNumericLiteral);
  const text = (wanted: (type: Intl.NumberFormatPartTypes) => boolean) =>
    parts
      .filter(({ type }) => wanted(type))
      .map(({ value }) => value)
      .join("");
  const sign = text((type) => type === "minusSign").replace("-", "−");
  const figure = text((type) => !["currency", "literal", "minusSign"].includes(type));
  // Japanese Intl gives the full-width yen sign, which stands apart from narrow figures.
  const symbol = text((type) => type === "currency").replace("￥", "¥");
  // Letters such as KWD have a space before the figure, signs such as € have none.
  const space = text((type) => type === "literal");
  return parts.at(-1)?.type === "currency"
    ? { sign, before: "", figure, after: `\u00a0${symbol}` }
    : { sign, before: `${symbol}${space}`, figure, after: "" };
}

/** A price for people, with all its digits: ¥31.70, ¥29.123456. */
export function formatPrice(locale: string, currency: string, price: string): Quantity {
  const format = numberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  });
  return split(format, price);
}

/** Money with all the digits the API gave: ¥1,682.350174942. */
export function formatExactMoney(locale: string, currency: string, amount: string): Quantity {
  const format = numberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: 20,
  });
  return split(format, amount);
}
