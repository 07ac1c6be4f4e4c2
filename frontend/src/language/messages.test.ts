import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Messages = { [key: string]: string | Messages };

function leaves(messages: Messages, prefix = ""): [key: string, text: string][] {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[prefix + key, value] as [string, string]]
      : leaves(value, `${prefix}${key}.`),
  );
}

/** All files of a language under their names. */
function load(language: string): Messages {
  const folder = new URL(`../../messages/${language}/`, import.meta.url);
  return Object.fromEntries(
    readdirSync(folder).map((file) => [
      file,
      JSON.parse(readFileSync(new URL(file, folder), "utf8")),
    ]),
  );
}

const en = load("en");
const ja = load("ja");

const keys = (messages: Messages) => leaves(messages).map(([key]) => key);

const argumentsOf = (messages: Messages) =>
  Object.fromEntries(
    leaves(messages).map(([key, text]) => [
      key,
      [...new Set([...text.matchAll(/\{\s*(\w+)\s*[,}]/g)].map(([, name]) => name))].sort(),
    ]),
  );

describe("messages", () => {
  it("has the same keys in both languages", () => {
    expect(keys(ja)).toEqual(keys(en));
  });

  it("fills the same places in both languages", () => {
    expect(argumentsOf(ja)).toEqual(argumentsOf(en));
  });

  it("has no empty text", () => {
    const empty = [...leaves(en), ...leaves(ja)].filter(([, text]) => text.trim() === "");
    expect(empty).toEqual([]);
  });
});
