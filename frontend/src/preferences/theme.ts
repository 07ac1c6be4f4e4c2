import { useEffect, useSyncExternalStore } from "react";
import { remembered } from "./remembered";

const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const rememberedTheme = remembered("theme", THEMES);
const DARK = "(prefers-color-scheme: dark)";

function systemTheme(): Theme {
  return window.matchMedia(DARK).matches ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  const forget = rememberedTheme.subscribe(listener);
  const query = window.matchMedia(DARK);
  query.addEventListener("change", listener);
  return () => {
    forget();
    query.removeEventListener("change", listener);
  };
}

/** The theme in force and the way to the other one. Until chosen, the system's theme holds. */
export function useTheme(): { theme: Theme; turn: () => void } {
  const chosen = useSyncExternalStore(rememberedTheme.subscribe, rememberedTheme.read, () => null);
  const theme = useSyncExternalStore<Theme>(
    subscribe,
    () => rememberedTheme.read() ?? systemTheme(),
    () => "light",
  );
  useEffect(() => {
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
  }, [chosen]);

  function turn(): void {
    const other = theme === "dark" ? "light" : "dark";
    // Back at the system's own theme, there is nothing left to remember.
    rememberedTheme.write(other === systemTheme() ? null : other);
  }

  return { theme, turn };
}
