"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import type { Figures } from "@/api/types";
import { formatTwoUnits } from "@/quantities/age";
import { isPartial, pricing } from "@/quantities/coverage";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";

interface FigureNotesProps {
  figures: Figures;
  about: "energy" | "cost" | "both";
  /** A sum over devices: its missing time is theirs, added up, and no duration of anything. */
  isPlace?: boolean;
  /** The devices that are not complete are named beside it. */
  isNamed?: boolean;
}

/** What keeps a figure from being whole: gaps, estimates, missing prices. */
export function FigureNotes({
  figures,
  about,
  isPlace = false,
  isNamed = false,
}: FigureNotesProps) {
  const t = useTranslations("quantity");
  const notes = [
    figures.energy_kwh === null && <p key="none">{t("noData")}</p>,
    about !== "cost" && (
      <EnergyNotes key="energy" figures={figures} isPlace={isPlace} isNamed={isNamed} />
    ),
    about !== "energy" && <PriceNote key="price" figures={figures} />,
  ];
  return <div className="mt-0.5 space-y-0.5 text-muted text-xs">{notes}</div>;
}

type EnergyNotesProps = Required<Omit<FigureNotesProps, "about">>;

function EnergyNotes({ figures, isPlace, isNamed }: EnergyNotesProps): ReactNode {
  const t = useTranslations("quantity");
  const locale = useLocale();
  const missing = formatTwoUnits(locale, figures.coverage.missing_seconds);
  const estimated = formatEnergy(locale, figures.estimated_kwh);
  return (
    <>
      {figures.energy_kwh !== null && isPartial(figures) && !isNamed && (
        <p>{isPlace ? t("incomplete") : t("missing", { duration: missing })}</p>
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
      <AddressLink href="/prices" className="whitespace-nowrap text-accent underline">
        {t("setPrice")}
      </AddressLink>
    </p>
  );
}
