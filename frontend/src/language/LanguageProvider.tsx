"use client";

import { type ReactNode, useEffect } from "react";
import { IntlProvider } from "use-intl";
import en from "../../messages/en/frame.json";
import ja from "../../messages/ja/frame.json";
import { useChosenLanguage } from "./language";
import type { Language, Messages } from "./messages";

// Those of the routes are added by the routes (Texts.tsx).
const MESSAGES = { en, ja } as Record<Language, Messages>;

interface LanguageProviderProps {
  /** Shown in the prerendered page, where no language is known yet; it has no words. */
  fallback: ReactNode;
  children: ReactNode;
}

export function LanguageProvider({ fallback, children }: LanguageProviderProps) {
  const language = useChosenLanguage();
  useEffect(() => {
    if (language) document.documentElement.lang = language;
  }, [language]);
  if (!language) return fallback;
  return (
    <IntlProvider locale={language} messages={MESSAGES[language]} timeZone="UTC">
      {children}
    </IntlProvider>
  );
}
