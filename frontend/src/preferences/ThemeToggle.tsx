"use client";

import { useTranslations } from "use-intl";
import { useTheme } from "./theme";

export function ThemeToggle() {
  const t = useTranslations("shell");
  const { theme, turn } = useTheme();
  return (
    <button
      type="button"
      role="switch"
      aria-checked={theme === "dark"}
      aria-label={t("dark")}
      title={t("dark")}
      onClick={turn}
      className="tap grid min-w-9 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
    >
      <svg viewBox="0 0 20 20" className="size-4.5" fill="none" stroke="currentColor" aria-hidden>
        {theme === "dark" ? (
          <path strokeWidth="1.5" d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z" />
        ) : (
          <path
            strokeWidth="1.5"
            strokeLinecap="round"
            d="M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1"
          />
        )}
      </svg>
    </button>
  );
}
