/**
 * Runs in the head of every page, before anything is painted: a remembered theme must not flash in
 * the other one, and what every page needs first is asked for while the scripts are on their way.
 * Keys and values are those of preferences/theme.ts, language/language.ts and api/early.ts.
 */
export const HEAD_SCRIPT = `(() => {
  const { documentElement: root } = document;
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const language = localStorage.getItem("language");
    if (language === "ja" || language === "en") root.lang = language;
  } catch {}
  const paths = ["/api/v1/house"];
  if (location.pathname === "/") paths.push("/api/v1/places");
  window.earlyResponses = {};
  for (const path of paths) {
    const response = fetch(path);
    response.catch(() => {});
    window.earlyResponses[path] = response;
  }
})();`;
