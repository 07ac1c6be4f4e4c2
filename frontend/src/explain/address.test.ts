import { expect, it } from "vitest";
import { explainAddress, questionFromQuery } from "./address";

const question = {
  device: "server",
  from: "2026-11-01T00:00:00+09:00",
  to: "2026-12-01T00:00:00+09:00",
};

it("keeps the plus of an offset, which a bare address would turn into a space", () => {
  const { searchParams } = new URL(explainAddress(question), "http://house");
  expect(questionFromQuery(searchParams)).toEqual(question);
});

it("asks nothing when a part is missing", () => {
  expect(questionFromQuery(new URLSearchParams({ device: "server" }))).toBeNull();
});
