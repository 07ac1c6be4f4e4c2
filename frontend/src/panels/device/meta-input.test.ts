import { expect, it } from "vitest";
import { metaFromForm } from "./meta-input";

it("leaves to the configuration what a field does not say", () => {
  const form = new FormData();
  form.set("ja", " 冷蔵庫 ");
  form.set("en", "");
  form.set("rated_power_watts", "");
  expect(metaFromForm(form)).toEqual({
    display_name: { ja: "冷蔵庫", en: null },
    note: "",
    rated_power_watts: null,
  });
});
