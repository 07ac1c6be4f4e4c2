"use client";

import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Texts } from "@/language/Texts";
import { useTheme } from "@/preferences/theme";
import { PageHeading } from "@/ui/PageHeading";
import en from "../../messages/en/reference.json";
import ja from "../../messages/ja/reference.json";
import { nameControls } from "./controls";
import { DOCUMENT, showSwagger } from "./swagger";

const TEXTS = { en, ja };

/** Swagger UI between the header and the footer of every other page. */
export function ReferencePage() {
  return (
    <Texts of={TEXTS}>
      <Reference />
    </Texts>
  );
}

type Phase = "loading" | "shown" | "failed";

function Reference() {
  const t = useTranslations("reference");
  const [phase, setPhase] = useState<Phase>("loading");
  useDarkSwagger();
  return (
    <div className="flex flex-col gap-6">
      <PageHeading
        title={t("title")}
        lead={t("lead")}
        aside={
          <a href={DOCUMENT} className="tap inline-flex items-center text-accent text-sm underline">
            {t("document")}
          </a>
        }
      />
      {phase === "loading" && <p className="text-muted">{t("loading")}</p>}
      {phase === "failed" && <p role="alert">{t("failed")}</p>}
      <Swagger onPhase={setPhase} />
    </div>
  );
}

function Swagger({ onPhase }: { onPhase: (phase: Phase) => void }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const shown = element.current;
    if (!shown) return undefined;
    const observer = new MutationObserver(() => nameControls(shown));
    observer.observe(shown, { childList: true, subtree: true });
    showSwagger(shown).then(
      () => onPhase("shown"),
      () => onPhase("failed"),
    );
    return () => observer.disconnect();
  }, [onPhase]);
  // Its descriptions are English in every language of the page.
  return <div ref={element} lang="en" className="swagger wrap-anywhere min-w-0" />;
}

/** Swagger UI has a dark theme of its own, which it takes from a class of the root element. */
function useDarkSwagger(): void {
  const { theme } = useTheme();
  useEffect(() => {
    const { classList } = document.documentElement;
    classList.toggle("dark-mode", theme === "dark");
    return () => classList.remove("dark-mode");
  }, [theme]);
}
