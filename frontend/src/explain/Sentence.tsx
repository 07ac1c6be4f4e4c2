"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Explanation } from "@/api/types";
import { formatRange } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { FigureNotes } from "@/panels/FigureNotes";
import { formatEnergy } from "@/quantities/energy";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";

/** The number in one sentence, rounded as everywhere else; the panels below have all digits. */
export function Sentence({ path, name }: { path: Explanation; name: string }) {
  return (
    <>
      <p className="mt-2 max-w-3xl text-lg" data-testid="explain-sentence">
        {useSentence(path, name)}
      </p>
      <FigureNotes figures={path.total} about="cost" />
    </>
  );
}

function useSentence({ from, to, total, currency }: Explanation, device: string): string {
  const t = useTranslations("explain");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const range = formatRange(locale, from, to, time_zone);
  if (total.energy_kwh === null) return t("sentenceUnknown", { range, device });
  const energy = textOf(formatEnergy(locale, total.energy_kwh));
  if (total.cost === null) return t("sentenceUnpriced", { range, device, energy });
  const cost = textOf(formatMoney(locale, currency, total.cost));
  return t("sentence", { range, device, energy, cost });
}
