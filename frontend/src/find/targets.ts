import type { PlaceNode } from "@/api/types";
import type { Language } from "@/language/messages";
import type { Place } from "@/places/place";
import { placeOf } from "@/places/tree";

/** A place or a page that can be found. */
export interface Target {
  name: string;
  /** Where it is: the names of the places around it, outermost first; nothing for a page. */
  within: string;
  at: { place: Place } | { path: string };
  /** All words by which it is found, in small letters. */
  words: string;
}

/** Every place of the house, with what is in it after it. */
export function placeTargets(node: PlaceNode, language: Language, within: string[] = []): Target[] {
  const names = [node.name.ja, node.name.en, node.id];
  const here = node.level === "house" ? [] : [...within, node.name[language]];
  const target = {
    name: node.name[language],
    within: within.join(" › "),
    at: { place: placeOf(node) },
    words: folded([...names, ...within].join(" ")),
  };
  return [target, ...node.children.flatMap((child) => placeTargets(child, language, here))];
}

export function pageTarget(name: string, path: string): Target {
  return { name, within: "", at: { path }, words: folded(`${name} ${path.slice(1)}`) };
}

/** The targets that have every word, those whose own name begins with the first one before others. */
export function found(targets: readonly Target[], text: string): Target[] {
  const words = folded(text).split(/\s+/).filter(Boolean);
  const matching = targets.filter((each) => words.every((word) => each.words.includes(word)));
  const begins = (target: Target) => folded(target.name).startsWith(words[0] ?? "");
  return [...matching.filter(begins), ...matching.filter((each) => !begins(each))];
}

/** Without differences of case, width, and between hiragana and katakana. */
function folded(text: string): string {
  const katakana = text.normalize("NFKC").toLowerCase();
  return katakana.replace(/[ァ-ヶ]/g, (each) => String.fromCharCode(each.charCodeAt(0) - 0x60));
}
