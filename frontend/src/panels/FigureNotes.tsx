"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Figures } from "@/api/types";
import { formatShare, isPartial, pricing, recordedShare } from "@/quantities/coverage";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";

interface FigureNotesProps {
  figures: Figures;
  about: "energy" | "cost" | "both";
}

/** What keeps a figure from being the whole truth: gaps, estimates, missing prices. */
export function FigureNotes({ figures, about }: FigureNotesProps) {
  const t = useTranslations("quantity");
  const notes = [
    figures.energy_kwh === null && <p key="none">{t("noData")}</p>,
    about !== "cost" && <EnergyNotes key="energy" figures={figures} />,
    about !== "energy" && <PriceNote key="price" figures={figures} />,
  ];
  return <div className="mt-0.5 space-y-0.5 text-muted text-xs">{notes}</div>;
}

function EnergyNotes({ figures }: { figures: Figures }): ReactNode {
  const t = useTranslations("quantity");
  const locale = useLocale();
  const share = recordedShare(figures);
  const estimated = formatEnergy(locale, figures.estimated_kwh);
  return (
    <>
      {figures.energy_kwh !== null && share !== null && isPartial(figures) && (
        <p>{t("recorded", { share: formatShare(locale, share) })}</p>
      )}
      {Number(figures.estimated_kwh) > 0 && <p>{t("estimated", { energy: textOf(estimated) })}</p>}
    </>
  );
}

function PriceNote({ figures }: { figures: Figures }): ReactNode {
  const t = useTranslations("quantity");
  const locale = useLocale();
  const state = pricing(figures);
  if (state === "priced" || state === "no-data") return null;
  const energy = textOf(formatEnergy(locale, figures.unpriced_kwh));
  return (
    <p>
      {state === "partly" ? t("partlyUnpriced", { energy }) : t("noPrice")}{" "}
      <Link href="/prices" prefetch={false} className="whitespace-nowrap text-accent underline">
        {t("setPrice")}
      </Link>
    </p>
  );
}
