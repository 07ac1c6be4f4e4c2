import { describe, expect, it } from "vitest";
import { isWorthRetrying, parseProblem } from "./problem";

const overlap = {
  type: "urn:ppms:prices-overlap",
  title: "Prices overlap",
  status: 409,
  detail: "It overlaps row 3.",
  instance: "/api/v1/unit_prices",
  what_to_do: "Choose other instants.",
  conflicts_with: 3,
};

describe("parseProblem", () => {
  it("reads a problem document", () => {
    expect(parseProblem(overlap)).toEqual({
      type: "prices-overlap",
      status: 409,
      title: "Prices overlap",
      detail: "It overlaps row 3.",
      whatToDo: "Choose other instants.",
      conflictsWith: 3,
      errors: [],
    });
  });

  it("knows a request that nobody answered", () => {
    expect(parseProblem(new TypeError("Failed to fetch"))).toEqual({
      type: "unreachable",
      errors: [],
    });
  });

  it("does not trust an answer that is no problem document", () => {
    expect(parseProblem("<html>").type).toBe("unreadable");
    expect(parseProblem({ type: "about:blank", errors: "none" }).errors).toEqual([]);
  });
});

describe("isWorthRetrying", () => {
  it("asks again when a server is down, not when the question was wrong", () => {
    expect(isWorthRetrying(parseProblem(new TypeError("Failed to fetch")))).toBe(true);
    expect(isWorthRetrying(parseProblem({ ...overlap, status: 503 }))).toBe(true);
    expect(isWorthRetrying(parseProblem(overlap))).toBe(false);
  });
});
