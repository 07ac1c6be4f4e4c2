"use client";

import { type ReactNode, useMemo } from "react";
import { IntlProvider, useLocale, useMessages } from "use-intl";
import type { Language, Messages } from "./messages";

interface TextsProps {
  of: Record<Language, Partial<Messages>>;
  children: ReactNode;
}

/** Adds the texts of one route, so that the first page does not carry those of all others. */
export function Texts({ of, children }: TextsProps) {
  const locale = useLocale();
  const around = useMessages();
  const messages = useMemo(() => ({ ...around, ...of[locale] }) as Messages, [around, of, locale]);
  return (
    <IntlProvider locale={locale} messages={messages} timeZone="UTC">
      {children}
    </IntlProvider>
  );
}
