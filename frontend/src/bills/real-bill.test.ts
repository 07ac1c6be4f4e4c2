import { describe, expect, it } from "vitest";
import { LINE, plainNumber, realBillInput } from "./real-bill";

describe("a paper bill", () => {
  it("is entered as it is printed", () => {
    const form = new FormData();
    form.set("kwh", "351");
    form.set("total", "¥12,393");
    form.set(`${LINE}levy`, "１,４６７円");
    form.set(`${LINE}fuel_adjustment`, "▲2506");
    form.set(`${LINE}basic`, "");
    form.set("note", " paper ");
    expect(realBillInput(form)).toEqual({
      kwh: "351",
      total: "12393",
      lines: { levy: "1467", fuel_adjustment: "-2506" },
      note: "paper",
    });
  });

  it("may have no kWh", () => {
    const form = new FormData();
    form.set("total", "100");
    expect(realBillInput(form)).toEqual({ kwh: null, total: "100", lines: {}, note: "" });
  });

  it("keeps what is no number, for the API to refuse", () => {
    expect(plainNumber("twelve")).toBe("twelve");
  });
});
