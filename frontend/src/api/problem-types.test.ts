import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { texts } from "@/panels/RefusalText";
import { isFailureType, reasonOfFieldError } from "./problem-types";

const BFF = new URL("../../../services/bff/src/bff/", import.meta.url);

/** The types in the BFF's source: the second argument of `ProblemError(status, type, …)`. */
function typesOfTheApi(): string[] {
  const sources = readdirSync(BFF, { recursive: true }).map(String);
  const python = sources.filter((name) => name.endsWith(".py"));
  const texts = python.map((name) => readFileSync(new URL(name, BFF), "utf8"));
  const found = texts.flatMap((text) => [
    ...text.matchAll(/ProblemError\(\s*\w+,\s*"([a-z]+(?:-[a-z]+)+)"/g),
  ]);
  return [...new Set(found.map(([, type]) => type ?? ""))];
}

describe("problem types", () => {
  it("all have words in both languages, whatever the API adds", () => {
    const types = typesOfTheApi();
    expect(types.length).toBeGreaterThan(5);
    expect(types.filter((type) => !isFailureType(type) && !(type in texts.en))).toEqual([]);
  });
});

describe("a field error", () => {
  it("is put into the page's own words", () => {
    const messages = {
      "Input should be a valid number": "number",
      "Input should be greater than 0": "positive",
      "Decimal input should have no more than 6 decimal places": "price",
      "an instant needs its offset: 2026-03-01T00:00:00+09:00": "instant",
      "valid_to must be after valid_from": "order",
      "String should have at most 500 characters": "tooLong",
      "Field required": "required",
      "something new": "other",
    };
    for (const [message, reason] of Object.entries(messages)) {
      expect(reasonOfFieldError(message)).toBe(reason);
    }
  });
});
