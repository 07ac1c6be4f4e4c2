import type { PriceInput, Trial, UnitPrice } from "@/api/types";
import { dayOf, fromHouseClock, monthOf, toHouseClock } from "@/house/calendar";

/** A price as it stands in the form: texts, and times on the house's clock. */
export interface Draft {
  price: string;
  from: string;
  /** Empty: it holds for ever. */
  to: string;
  note: string;
}

/** The first price should cover the month; one after others follows them from today on. */
export function newDraft(now: string, timeZone: string, isFirst: boolean): Draft {
  const { from } = isFirst ? monthOf(now, timeZone) : dayOf(now, timeZone);
  return { price: "", from: toHouseClock(from, timeZone), to: "", note: "" };
}

export function draftOf(price: UnitPrice, timeZone: string): Draft {
  return {
    price: price.price_per_kwh,
    from: toHouseClock(price.valid_from, timeZone),
    to: price.valid_to ? toHouseClock(price.valid_to, timeZone) : "",
    note: price.note,
  };
}

export function priceInput(draft: Draft, timeZone: string): PriceInput {
  return {
    price_per_kwh: draft.price.trim(),
    valid_from: fromHouseClock(draft.from, timeZone),
    valid_to: draft.to ? fromHouseClock(draft.to, timeZone) : null,
    note: draft.note.trim(),
  };
}

export function draftFromForm(form: FormData): Draft {
  const text = (name: keyof Draft) => String(form.get(name) ?? "");
  return { price: text("price"), from: text("from"), to: text("to"), note: text("note") };
}

/** What is to be tried: a new price, or another content of a stored one. */
export function trialOf(input: PriceInput, changed: UnitPrice | null, closesOpen: boolean): Trial {
  return changed
    ? { action: "change", id: changed.id, price: input }
    : { action: "add", price: input, close_open_price: closesOpen };
}

/** The open price that a new one could end at its own beginning, if that is what is in the way. */
export function closable(
  prices: readonly UnitPrice[],
  conflictsWith: number | undefined,
  validFrom: string,
): UnitPrice | null {
  const inTheWay = prices.find(({ id }) => id === conflictsWith);
  if (!inTheWay || inTheWay.valid_to !== null) return null;
  return Date.parse(inTheWay.valid_from) < Date.parse(validFrom) ? inTheWay : null;
}
