import { describe, expect, it } from "vitest";
import { formatEnergy } from "./energy";
import { formatMoney } from "./money";
import { formatPower } from "./power";
import { textOf } from "./quantity";

const yen = (amount: string) => textOf(formatMoney("ja", "JPY", amount));
const kwh = (energy: string) => textOf(formatEnergy("en", energy)).replace("\u00a0", " ");
const watts = (power: number) => textOf(formatPower("en", power)).replace("\u00a0", " ");

describe("formatMoney", () => {
  it("does not lose the parts of a yen that a standby load costs", () => {
    expect(yen("0.28")).toBe("¥0.28");
    expect(yen("48.1")).toBe("¥48.10");
  });

  it("shows whole yen from a hundred on", () => {
    expect(yen("1240.4")).toBe("¥1,240");
    expect(yen("100")).toBe("¥100");
  });

  it("tells nothing from almost nothing", () => {
    expect(yen("0")).toBe("¥0");
    expect(yen("0.0004").replace("\u00a0", " ")).toBe("< ¥0.01");
  });

  it("is exact where a float is not", () => {
    expect(yen("9007199254740993")).toBe("¥9,007,199,254,740,993");
  });

  it("gives other currencies their own digits", () => {
    expect(textOf(formatMoney("en", "EUR", "1240.4"))).toBe("€1,240.40");
    expect(textOf(formatMoney("en", "KWD", "1240.4"))).toBe("KWD\u00a01,240.400");
    expect(textOf(formatMoney("de", "EUR", "-1240.4"))).toBe("−1.240,40\u00a0€");
  });

  it("has its sign before the currency", () => {
    expect(yen("-1240.4")).toBe("−¥1,240");
    expect(yen("-0.58")).toBe("−¥0.58");
    expect(yen("-0")).toBe("¥0");
    expect(textOf(formatMoney("en", "EUR", "-3"))).toBe("−€3.00");
  });
});

describe("formatEnergy", () => {
  it("has one unit for one thing, wherever it is shown: Wh below a tenth of a kWh", () => {
    expect(kwh("0.0083")).toBe("8.3 Wh");
    expect(kwh("0.0999")).toBe("100 Wh");
    expect(kwh("0.412")).toBe("0.41 kWh");
    expect(kwh("1")).toBe("1.00 kWh");
    expect(kwh("412.34")).toBe("412.3 kWh");
  });

  it("has the same minus as money", () => {
    expect(kwh("-1.2")).toBe("−1.20 kWh");
  });

  it("shows zero as zero", () => {
    expect(kwh("0")).toBe("0 Wh");
  });
});

describe("formatPower", () => {
  it("changes from W to kW where three digits end", () => {
    expect(watts(0.8)).toBe("0.8 W");
    expect(watts(99.97)).toBe("100 W");
    expect(watts(999.6)).toBe("1.00 kW");
    expect(watts(1240)).toBe("1.24 kW");
  });
});
