import { decimal, type Quantity } from "./quantity";

/**
 * Energy for people, from kilowatt-hours as the API's decimal string: 8.3 Wh, 412 Wh, 12.34 kWh.
 * Below `wattHoursBelowKwh` it is in watt-hours; columns of figures change later than single ones,
 * so that they can be compared.
 */
export function formatEnergy(locale: string, energyKwh: string, wattHoursBelowKwh = 1): Quantity {
  const size = Math.abs(Number(energyKwh));
  if (size < wattHoursBelowKwh) return inWattHours(locale, Number(energyKwh) * 1000);
  const digits = size < 100 ? 2 : size < 10_000 ? 1 : 0;
  return { before: "", figure: decimal(locale, energyKwh, digits), after: "\u00a0kWh" };
}

function inWattHours(locale: string, energyWh: number): Quantity {
  const digits = energyWh !== 0 && Math.abs(energyWh) < 10 ? 1 : 0;
  return { before: "", figure: decimal(locale, energyWh, digits), after: "\u00a0Wh" };
}

/** Energy with all the digits the API gave, to be calculated with: 54.269360482 kWh. */
export function formatExactEnergy(locale: string, energyKwh: string): Quantity {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
  const figure = format.format(energyKwh as Intl.StringNumericLiteral);
  return { before: "", figure, after: "\u00a0kWh" };
}
