"use client";

import { useTranslations } from "use-intl";
import type { Budget } from "@/api/types";
import { Texts } from "@/language/Texts";
import en from "../../messages/en/budgets.json";
import ja from "../../messages/ja/budgets.json";
import { BudgetBar } from "./BudgetBar";

const TEXTS = { en, ja };

/** The budget of the open reading period. */
export function CurrentBudget({ budget }: { budget: Budget }) {
  return (
    <Texts of={TEXTS}>
      <Entry budget={budget} />
    </Texts>
  );
}

function Entry({ budget }: { budget: Budget }) {
  const t = useTranslations("budgets");
  return (
    <div>
      <dt className="mb-1 text-muted text-sm">{t("current")}</dt>
      <dd>
        <BudgetBar budget={budget} />
      </dd>
    </div>
  );
}
