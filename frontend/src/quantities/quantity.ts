import { numberFormat } from "@/language/formats";

/** A number made ready for people: the figure and what stands around it. */
export interface Quantity {
  /** Of money that is received; stands before everything else. */
  sign?: string;
  before: string;
  figure: string;
  after: string;
}

export function textOf({ sign = "", before, figure, after }: Quantity): string {
  return `${sign}${before}${figure}${after}`;
}

/** Exact decimal strings go to Intl as they are: a float would already have rounded them. */
type Exact = string | number;

export function decimal(locale: string, value: Exact, digits: number): string {
  const format = numberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(value as Intl.StringNumericLiteral).replace("-", "−");
}
