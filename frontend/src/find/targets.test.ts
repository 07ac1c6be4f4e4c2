import { describe, expect, it } from "vitest";
import type { PlaceNode } from "@/api/types";
import type { Level, Place } from "@/places/place";
import { found, pageTarget, placeTargets } from "./targets";

function node(level: Level, ja: string, en: string, place: Place, children: PlaceNode[] = []) {
  const path = { room: null, shelf: null, device: null, ...place };
  return { level, id: en.toLowerCase(), path, name: { ja, en }, children } as unknown as PlaceNode;
}

const house = node("house", "わが家", "My home", {}, [
  node("room", "キッチン", "Kitchen", { room: "kitchen" }, [
    node("device", "ケトル", "Kettle", { room: "kitchen", shelf: "wall", device: "kettle" }),
  ]),
]);
const targets = [...placeTargets(house, "ja"), pageTarget("請求", "/bills")];

const names = (text: string) => found(targets, text).map(({ name }) => name);

describe("found", () => {
  it("lists everything before a word is typed", () => {
    expect(names("")).toEqual(["わが家", "キッチン", "ケトル", "請求"]);
  });

  it("finds by name in either language, by id, and in hiragana", () => {
    expect(names("kettle")).toEqual(["ケトル"]);
    expect(names("ｋｅｔ")).toEqual(["ケトル"]);
    expect(names("けとる")).toEqual(["ケトル"]);
    expect(names("bills")).toEqual(["請求"]);
  });

  it("needs every word, and a room finds what is in it, itself first", () => {
    expect(names("キッチン")).toEqual(["キッチン", "ケトル"]);
    expect(names("キッチン けと")).toEqual(["ケトル"]);
    expect(names("toaster")).toEqual([]);
  });
});
