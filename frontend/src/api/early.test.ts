import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const URL_OF_COST = "http://page/api/v1/cost?";
const COST = {
  from: "2026-11-01T00:00:00+09:00",
  to: "2026-12-01T00:00:00+09:00",
  place: { level: "room", room: "study", shelf: null, device: null },
};
const SCREEN = {
  house: { house: "home" },
  places: undefined,
  costs: [{ by: "day", group_by: null, cost: COST }],
};

/** The module keeps the answers of one page. */
async function asked(screen: unknown = SCREEN) {
  vi.resetModules();
  vi.stubGlobal("window", { earlyAnswers: Promise.resolve(screen) });
  const { takeEarly, takeArrived } = await import("./early");
  return Object.assign((url: string, method = "GET") => takeEarly({ url, method }), {
    arrived: takeArrived,
  });
}

const costOf = (query: Record<string, string>) =>
  URL_OF_COST + new URLSearchParams({ from: COST.from, to: COST.to, room: "study", ...query });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("an early answer", () => {
  it("is used once: the next question needs a new answer", async () => {
    const take = await asked();
    expect(await (await take("http://page/api/v1/house"))?.json()).toEqual(SCREEN.house);
    expect(await take("http://page/api/v1/house")).toBeUndefined();
  });

  it("is that of the same costs, however their instants are written", async () => {
    const take = await asked();
    const url = costOf({ by: "day", from: "2026-10-31T15:00:00Z" });
    expect(await (await take(url))?.json()).toEqual(COST);
  });

  it("is never taken for another question", async () => {
    const take = await asked();
    expect(await take("http://page/api/v1/house", "PUT")).toBeUndefined();
    expect(await take("http://page/api/v1/house?at=now")).toBeUndefined();
    expect(await take("http://page/api/v1/places")).toBeUndefined();
    expect(await take(costOf({}))).toBeUndefined();
    expect(await take(costOf({ by: "day", group_by: "shelf" }))).toBeUndefined();
    expect(await take(costOf({ by: "day", room: "kitchen" }))).toBeUndefined();
  });

  it("that has arrived is a query's from its first frame on, once", async () => {
    const take = await asked();
    const query = { from: COST.from, to: COST.to, room: "study", shelf: undefined, by: "day" };
    const key = ["get", "/api/v1/cost", { params: { query } }];
    expect(take.arrived(key)).toBeUndefined(); // not before it is there
    await take("http://page/api/v1/places");
    expect(take.arrived(["put", "/api/v1/house"])).toBeUndefined();
    expect(take.arrived(["get", "/api/v1/house", {}])).toEqual(SCREEN.house);
    expect(take.arrived(key)).toEqual(COST);
    expect(take.arrived(key)).toBeUndefined();
  });

  it("is not taken for a present one later", async () => {
    const take = await asked();
    await take("http://page/api/v1/places");
    vi.advanceTimersByTime(10_001);
    expect(await take("http://page/api/v1/house")).toBeUndefined();
  });

  it("that failed is asked for again", async () => {
    const take = await asked(null);
    expect(await take("http://page/api/v1/house")).toBeUndefined();
  });
});
