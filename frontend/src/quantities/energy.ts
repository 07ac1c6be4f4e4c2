import { decimal, type Quantity } from "./quantity";

/** Energy for people, from kilowatt-hours as the API's decimal string: 8.3 Wh, 412 Wh, 12.34 kWh. */
export function formatEnergy(locale: string, energyKwh: string): Quantity {
  const size = Math.abs(Number(energyKwh));
  if (size < 1) return inWattHours(locale, Number(energyKwh) * 1000);
  const digits = size < 100 ? 2 : size < 10_000 ? 1 : 0;
  return { before: "", figure: decimal(locale, energyKwh, digits), after: "\u00a0kWh" };
}

function inWattHours(locale: string, energyWh: number): Quantity {
  const digits = energyWh !== 0 && Math.abs(energyWh) < 10 ? 1 : 0;
  return { before: "", figure: decimal(locale, energyWh, digits), after: "\u00a0Wh" };
}
