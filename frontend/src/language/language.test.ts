import { describe, expect, it } from "vitest";
import { preferredLanguage } from "./language";

describe("preferredLanguage", () => {
  it("takes whichever of the two the browser names first", () => {
    expect(preferredLanguage(["fr", "ja-JP", "en-US"])).toBe("ja");
    expect(preferredLanguage(["en-GB", "ja"])).toBe("en");
  });

  it("is English for everybody else", () => {
    expect(preferredLanguage(["fr-FR"])).toBe("en");
    expect(preferredLanguage([])).toBe("en");
  });
});
