import { describe, expect, it } from "vitest";
import type { UnitPrice } from "@/api/types";
import { closable, draftOf, newDraft, priceInput, trialOf } from "./draft";
import { isValidAt, timeline } from "./timeline";

const TOKYO = "Asia/Tokyo";

function price(id: number, valid_from: string, valid_to: string | null): UnitPrice {
  return {
    id,
    price_per_kwh: "31.7",
    currency: "JPY",
    valid_from,
    valid_to,
    note: "",
    direction: "import",
  };
}

const january = "2026-01-01T00:00:00+09:00";
const april = "2026-04-01T00:00:00+09:00";
const june = "2026-06-01T00:00:00+09:00";

describe("drafts", () => {
  it("come back unchanged from the form and keep the house's clock", () => {
    const stored = price(3, "2026-03-31T15:00:00Z", null);
    expect(draftOf(stored, TOKYO)).toMatchObject({ from: "2026-04-01T00:00", to: "" });
    expect(priceInput(draftOf(stored, TOKYO), TOKYO)).toMatchObject({
      valid_from: april,
      valid_to: null,
    });
  });

  it("begin with the house's month for the first price, with its day for others", () => {
    expect(newDraft("2026-04-14T15:30:00Z", TOKYO, true).from).toBe("2026-04-01T00:00");
    expect(newDraft("2026-04-14T15:30:00Z", TOKYO, false).from).toBe("2026-04-15T00:00");
  });

  it("become a trial of the right kind", () => {
    const input = priceInput({ ...newDraft(april, TOKYO, true), price: " 35 " }, TOKYO);
    expect(trialOf(input, null, true)).toMatchObject({ action: "add", close_open_price: true });
    expect(trialOf(input, price(3, january, null), false)).toMatchObject({
      action: "change",
      id: 3,
      price: { price_per_kwh: "35" },
    });
  });
});

describe("closable", () => {
  const prices = [price(1, january, april), price(2, april, null)];

  it("offers to end the open price only where that removes the conflict", () => {
    expect(closable(prices, 2, june)?.id).toBe(2);
    expect(closable(prices, 2, january)).toBeNull();
    expect(closable(prices, 1, january)).toBeNull();
    expect(closable(prices, undefined, june)).toBeNull();
  });
});

describe("timeline", () => {
  it("names the stretch in which no price isValidAt", () => {
    const stretches = timeline([price(1, january, april), price(2, june, null)], june);
    expect(stretches).toMatchObject([
      { type: "price", price: { id: 2 }, isValidNow: true },
      { type: "gap", from: april, to: june },
      { type: "price", price: { id: 1 }, isValidNow: false },
    ]);
  });

  it("lets the end of a price belong to the next", () => {
    expect(isValidAt(price(1, january, april), april)).toBe(false);
    expect(isValidAt(price(2, april, null), april)).toBe(true);
  });
});
