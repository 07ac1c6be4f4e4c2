import { numberFormat } from "@/language/formats";

/** A number made ready for people: the figure and what stands around it. */
export interface Quantity {
  before: string;
  figure: string;
  after: string;
}

export function textOf({ before, figure, after }: Quantity): string {
  return `${before}${figure}${after}`;
}

/** Exact decimal strings go to Intl as they are: a float would already have rounded them. */
type Exact = string | number;

export function decimal(locale: string, value: Exact, digits: number): string {
  const format = numberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(value as Intl.StringNumericLiteral);
}
