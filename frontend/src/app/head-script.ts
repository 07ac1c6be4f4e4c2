/**
 * Runs in the head of every page, before anything is painted: a remembered theme must not flash in
 * the other one. Keys and values are those of preferences/theme.ts and language/language.ts.
 */
export const HEAD_SCRIPT = `(() => {
  const { documentElement: root } = document;
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const language = localStorage.getItem("language");
    if (language === "ja" || language === "en") root.lang = language;
  } catch {}
})();`;
