/**
 * A choice kept in this browser. Reading and writing never throw: with storage forbidden the
 * choice simply lives as long as the tab.
 */
export function remembered<Choice extends string>(key: string, choices: readonly Choice[]) {
  const listeners = new Set<() => void>();
  let inThisTab: Choice | null | undefined;

  const isChoice = (text: string | null): text is Choice =>
    choices.some((choice) => choice === text);

  function read(): Choice | null {
    if (inThisTab !== undefined) return inThisTab;
    const stored = readStorage(key);
    return isChoice(stored) ? stored : null;
  }

  function write(choice: Choice | null): void {
    inThisTab = choice;
    writeStorage(key, choice);
    for (const listener of listeners) listener();
  }

  function subscribe(listener: () => void): () => void {
    const onOtherTab = () => {
      inThisTab = undefined;
      listener();
    };
    listeners.add(listener);
    window.addEventListener("storage", onOtherTab);
    return () => {
      listeners.delete(listener);
      window.removeEventListener("storage", onOtherTab);
    };
  }

  return { read, write, subscribe };
}

function readStorage(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeStorage(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is forbidden: the choice holds in this tab only.
  }
}
