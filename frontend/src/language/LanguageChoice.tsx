"use client";

import { useLocale, useTranslations } from "use-intl";
import { Choice } from "@/ui/Choice";
import { rememberedLanguage } from "./language";

/** Each language is named in itself: a reader must find the own one on a page in another. */
const CHOICES = [
  { value: "ja", label: "日本語", lang: "ja" },
  { value: "en", label: "English", lang: "en" },
] as const;

export function LanguageChoice() {
  const t = useTranslations("shell");
  return (
    <Choice
      label={t("language")}
      choices={CHOICES}
      chosen={useLocale()}
      onChoose={rememberedLanguage.write}
    />
  );
}
