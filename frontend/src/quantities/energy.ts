import { numberFormat } from "@/language/formats";
import { decimal, type Quantity } from "./quantity";

/** Below this energy is shown in watt-hours, everywhere: one thing never has two units. */
const WATT_HOURS_BELOW_KWH = 0.1;

/** Energy for people, from the API's decimal string in kWh: 8.3 Wh, 85 Wh, 0.41 kWh, 12.34 kWh. */
export function formatEnergy(locale: string, energyKwh: string): Quantity {
  const size = Math.abs(Number(energyKwh));
  if (size < WATT_HOURS_BELOW_KWH) return inWattHours(locale, Number(energyKwh) * 1000);
  const digits = size < 100 ? 2 : size < 10_000 ? 1 : 0;
  return { before: "", figure: decimal(locale, energyKwh, digits), after: "\u00a0kWh" };
}

function inWattHours(locale: string, energyWh: number): Quantity {
  const digits = energyWh !== 0 && Math.abs(energyWh) < 10 ? 1 : 0;
  return { before: "", figure: decimal(locale, energyWh, digits), after: "\u00a0Wh" };
}

/** Energy with all the digits the API gave, to be calculated with: 54.269360482 kWh. */
export function formatExactEnergy(locale: string, energyKwh: string): Quantity {
  const format = numberFormat(locale, { maximumFractionDigits: 20 });
  const figure = format.format(energyKwh as Intl.StringNumericLiteral);
  return { before: "", figure, after: "\u00a0kWh" };
}
