import { describe, expect, it } from "vitest";
import { type Answer, lasting, together } from "./answer";
import { COST, every, LIVE } from "./refresh";

function answer<Data>(data: Data | undefined, error: unknown, dataUpdatedAt: number): Answer<Data> {
  return { data, error, dataUpdatedAt, refetch: () => undefined };
}

describe("together", () => {
  it("is as old as the older answer and as bad as the worse one", () => {
    const both = together(answer("a", null, 10), answer("b", "gone", 5));
    expect(both).toMatchObject({ data: ["a", "b"], error: "gone", dataUpdatedAt: 5 });
  });

  it("has nothing to show while one of the two is missing", () => {
    expect(together(answer("a", null, 10), answer(undefined, null, 0)).data).toBeUndefined();
  });
});

describe("lasting", () => {
  it("forgives a later failure, not a first one", () => {
    expect(lasting(answer("name", "gone", 10)).error).toBeNull();
    expect(lasting(answer(undefined, "gone", 0)).error).toBe("gone");
  });
});

describe("every", () => {
  it("asks in the quick rhythm while something is wrong", () => {
    const { refetchInterval } = every(COST);
    expect(refetchInterval({ state: { status: "success", error: null } })).toBe(COST.everyMs);
    expect(refetchInterval({ state: { status: "error", error: new Error("down") } })).toBe(
      LIVE.everyMs,
    );
  });
});
