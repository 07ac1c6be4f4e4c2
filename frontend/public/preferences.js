// Runs before the first paint, so that a remembered theme never flashes in the other one.
// Keys and values are those of src/theme/theme.ts and src/language/language.ts.
const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") {
  document.documentElement.dataset.theme = theme;
}
