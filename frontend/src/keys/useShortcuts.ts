import { useEffect } from "react";
import { remembered } from "@/preferences/remembered";

/** Whether single characters are shortcuts: dictation software must be able to turn them off. */
export const rememberedSingleKeys = remembered("single-keys", ["off"]);

/** Presses the button or link that names the key which was pressed in `aria-keyshortcuts`. */
export function useShortcuts(): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const key = keyOf(event);
      if (key.length === 1 && (isTyping(event.target) || rememberedSingleKeys.read())) return;
      const named = [...document.querySelectorAll<HTMLElement>("[aria-keyshortcuts]")];
      const target = named.find((each) => each.ariaKeyShortcuts?.split(" ").includes(key));
      if (!target || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      target.click();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** Such as `?`, `Control+K` or `Meta+K`. */
function keyOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string {
  // Alt is left out: on many keyboards a bracket needs it.
  if (!ctrlKey && !metaKey) return key;
  return `${ctrlKey ? "Control+" : "Meta+"}${altKey ? "Alt+" : ""}${key.toUpperCase()}`;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select") !== null;
}
