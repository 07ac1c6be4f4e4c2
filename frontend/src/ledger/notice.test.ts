import { describe, expect, it } from "vitest";
import type { LedgerState } from "@/api/types";
import { noticeOf } from "./notice";

const WELL: LedgerState = {
  closed_until: "2026-11-21T12:45:00+09:00",
  looked_at: "2026-11-21T13:05:25+09:00",
  lag_seconds: 9.7,
  dirty_slots: 0,
  fully_counted: true,
  victoriametrics_error: null,
  rebuild: { running: false, progress: 1, eta_seconds: 0 },
};

describe("noticeOf", () => {
  it("says nothing while the ledger follows", () => {
    expect(noticeOf(WELL)).toBeNull();
  });

  it("passes on progress and time left as they are, also when the time is not known", () => {
    const rebuild = { running: true, progress: 0.1, eta_seconds: null };
    expect(noticeOf({ ...WELL, rebuild })).toEqual({
      type: "rebuilding",
      progress: 0.1,
      etaSeconds: null,
    });
  });

  it("tells how late the figures are", () => {
    expect(noticeOf({ ...WELL, lag_seconds: 600 })).toEqual({ type: "late", lagSeconds: 600 });
  });

  it("leaves a store that is down to the panels", () => {
    expect(noticeOf({ ...WELL, lag_seconds: 600, victoriametrics_error: "refused" })).toBeNull();
  });
});
