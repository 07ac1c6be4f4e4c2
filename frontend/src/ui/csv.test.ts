import { describe, expect, it } from "vitest";
import { csvOf } from "./csv";

describe("csvOf", () => {
  it("has a head, exact figures, and nothing where nothing is known", () => {
    const rows = [
      { device: "kettle", cost: "12.345678901" },
      { device: "fridge", cost: null },
    ];
    expect(csvOf(rows)).toBe("﻿device,cost\r\nkettle,12.345678901\r\nfridge,\r\n");
  });

  it("quotes commas, quotes and lines, and makes no formula of a text", () => {
    const rows = [{ a: 'x,"y"', b: "=1+1", c: "-0.5" }];
    expect(csvOf(rows)).toBe(`﻿a,b,c\r\n"x,""y""",'=1+1,-0.5\r\n`);
  });
});
