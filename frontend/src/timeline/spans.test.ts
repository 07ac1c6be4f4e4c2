import { describe, expect, it } from "vitest";
import { drawn, type Span } from "./spans";

const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
const span = (key: string, from: string, to: string | null, isDraft = false): Span => ({
  key,
  label: key,
  fromMs: at(from),
  toMs: to === null ? null : at(to),
  isDraft,
});
const NOW = at("2026-07-01");

function parts(spans: readonly Span[], type: string) {
  const found = drawn(spans, NOW)?.segments.filter((one) => one.type === type) ?? [];
  return found.map(({ fromMs, toMs }) =>
    [fromMs, toMs].map((each) => new Date(each).toISOString().slice(0, 10)),
  );
}

describe("a timeline", () => {
  it("has the gap between two spans", () => {
    const spans = [span("a", "2026-01-01", "2026-03-01"), span("b", "2026-04-01", null)];
    expect(parts(spans, "gap")).toEqual([["2026-03-01", "2026-04-01"]]);
    expect(parts(spans, "overlap")).toEqual([]);
  });

  it("has where a draft overlaps what is there", () => {
    const spans = [span("a", "2026-01-01", null), span("new", "2026-06-01", null, true)];
    expect(parts(spans, "overlap")[0]?.[0]).toBe("2026-06-01");
    expect(drawn(spans, NOW)?.segments.find(({ key }) => key === "new")?.isDraft).toBe(true);
  });

  it("has a gap after the last span where that has an end", () => {
    expect(parts([span("a", "2026-01-01", "2026-03-01")], "gap")[0]?.[0]).toBe("2026-03-01");
  });

  it("finds overlaps also inside a longer span", () => {
    const spans = [
      span("long", "2026-01-01", "2026-12-01"),
      span("short", "2026-02-01", "2026-03-01"),
      span("other", "2026-04-01", "2026-05-01"),
    ];
    expect(parts(spans, "overlap")).toEqual([
      ["2026-02-01", "2026-03-01"],
      ["2026-04-01", "2026-05-01"],
    ]);
  });

  it("is nothing without spans, and takes what always held", () => {
    expect(drawn([], NOW)).toBeNull();
    const always = { ...span("a", "2026-01-01", null), fromMs: Number.NEGATIVE_INFINITY };
    const found = drawn([always], NOW);
    expect(found?.segments.length).toBe(1);
    expect(Number.isFinite(found?.fromMs)).toBe(true);
  });
});
