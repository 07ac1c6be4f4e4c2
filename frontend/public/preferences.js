// Runs before the first paint, so that a remembered theme never flashes in the other one.
// Key and values are those of src/preferences/theme.ts.
const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") {
  document.documentElement.dataset.theme = theme;
}
