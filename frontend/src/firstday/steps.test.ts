import { describe, expect, it } from "vitest";
import type { DeviceState, Notice } from "@/api/types";
import { isAnyOpen, openSteps } from "./steps";

const device = (id: string, state: DeviceState["state"], at: string | null) =>
  ({ device: id, state, at }) as DeviceState;

const notices = (...given: Partial<Notice>[]) => ({ notices: given as Notice[] });

describe("openSteps", () => {
  it("names the devices that were never read, not those that were and are away", () => {
    const devices = [
      device("kettle", "silent", null),
      device("fridge", "down", "2026-11-28T08:00:00+09:00"),
      device("server", "up", "2026-11-28T09:00:00+09:00"),
    ];
    expect(openSteps(devices).unread.map((each) => each.device)).toEqual(["kettle"]);
  });

  it("needs a price for what is bought; what is sold may have none", () => {
    const sold = notices({ code: "missing_price", direction: "export" });
    const bought = notices({ code: "missing_price", direction: "import" });
    expect(isAnyOpen(openSteps([], sold))).toBe(false);
    expect(openSteps([], bought).isWithoutPrice).toBe(true);
  });

  it("opens nothing before anything is known", () => {
    expect(isAnyOpen(openSteps())).toBe(false);
  });
});
