/**
 * Runs in the head of every page, before anything is painted: a remembered theme must not flash in
 * the other one, and what the first screen shows is asked for while the scripts are on their way:
 * this month of a place in one request, of another page or period the house.
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
  const get = (path) =>
    fetch("/api/v1/" + path, { signal: AbortSignal.timeout(15000) })
      .then((response) => (response.ok ? response.json() : undefined))
      .catch(() => undefined);
  const query = new URLSearchParams(location.search);
  const isPlace = location.pathname === "/";
  if (isPlace && !query.has("period")) {
    const place = new URLSearchParams();
    for (const level of ["room", "shelf", "device"]) {
      if (query.get(level)) place.set(level, query.get(level));
    }
    window.earlyAnswers = get("first_screen?" + place);
  } else {
    window.earlyAnswers = Promise.all([get("house"), isPlace ? get("places") : undefined]).then(
      ([house, places]) => ({ house, places }),
    );
  }
})();`;
