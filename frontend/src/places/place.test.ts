import { describe, expect, it } from "vitest";
import { addressOf, childLevelOf, levelOf, placeFromQuery } from "./place";

describe("addressOf", () => {
  it("survives the way to the address bar and back", () => {
    const place = { room: "work", shelf: "rack_1", device: "server" };
    const address = addressOf(place);
    expect(address).toBe("/?room=work&shelf=rack_1&device=server");
    expect(placeFromQuery(new URL(address, "http://page").searchParams)).toEqual(place);
  });

  it("is the root for the house", () => {
    expect(addressOf({})).toBe("/");
  });
});

describe("levelOf", () => {
  it("is the innermost level that is named", () => {
    expect(levelOf({})).toBe("house");
    expect(levelOf({ room: "work" })).toBe("room");
    expect(levelOf({ room: "work", shelf: "rack_1", device: "server" })).toBe("device");
  });

  it("has nothing inside a device", () => {
    expect(childLevelOf("shelf")).toBe("device");
    expect(childLevelOf("device")).toBeNull();
  });
});
