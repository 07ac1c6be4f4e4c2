const CONTROLS = "select, input, textarea, button";

/**
 * Gives a name to each control that Swagger UI leaves without one: that of its row, which only
 * those who see the table can read off.
 */
export function nameControls(around: HTMLElement): void {
  for (const control of around.querySelectorAll<HTMLElement>(CONTROLS)) {
    if (hasName(control)) continue;
    control.setAttribute("aria-label", nameAround(control));
  }
}

function hasName(control: HTMLElement): boolean {
  // A label may be there with nothing but the control inside of it.
  const labels = [...((control as HTMLInputElement).labels ?? [])];
  const text = control.tagName === "BUTTON" ? control.textContent : "";
  return Boolean(
    control.getAttribute("aria-label") ||
      control.getAttribute("aria-labelledby") ||
      control.title ||
      labels.some((label) => textBeside(control, label)) ||
      text?.trim(),
  );
}

function textBeside(control: HTMLElement, label: HTMLElement): string {
  const nodes = [...label.childNodes].filter((node) => !node.contains(control));
  return nodes
    .map(({ textContent }) => textContent)
    .join("")
    .trim();
}

function nameAround(control: HTMLElement): string {
  const row = control.closest("tr, .opblock-section, .opblock, .response, .model-container");
  const head = row?.querySelector(
    ".parameter__name, h4, .opblock-summary-path, .response-col_status, .model-title",
  );
  return head?.textContent?.trim() || control.getAttribute("placeholder") || control.id || "Value";
}
