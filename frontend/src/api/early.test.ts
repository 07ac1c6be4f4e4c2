import { afterEach, describe, expect, it, vi } from "vitest";
import { takeEarly } from "./early";

const HOUSE = { url: "http://page/api/v1/house", method: "GET" };

function asked(): Promise<Response> {
  const response = Promise.resolve(new Response("{}"));
  vi.stubGlobal("window", { earlyResponses: { "/api/v1/house": response } });
  return response;
}

afterEach(() => vi.unstubAllGlobals());

describe("an early response", () => {
  it("is used once: the next question needs a new answer", () => {
    const response = asked();
    expect(takeEarly(HOUSE)).toBe(response);
    expect(takeEarly(HOUSE)).toBeUndefined();
  });

  it("is never taken for another question", () => {
    asked();
    expect(takeEarly({ ...HOUSE, url: `${HOUSE.url}?at=now` })).toBeUndefined();
    expect(takeEarly({ ...HOUSE, method: "PUT" })).toBeUndefined();
    expect(takeEarly({ ...HOUSE, url: "http://page/api/v1/places" })).toBeUndefined();
  });
});
