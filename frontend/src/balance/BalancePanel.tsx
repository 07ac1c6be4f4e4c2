"use client";

import { useLocale, useTranslations } from "use-intl";
import { together } from "@/api/answer";
import { COST } from "@/api/refresh";
import type { Balance, PlaceNode } from "@/api/types";
import { useHouse } from "@/house/HouseProvider";
import { numberFormat } from "@/language/formats";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemTitle } from "@/panels/ProblemNotice";
import { usePeriodCost } from "@/places/useCost";
import { formatEnergy } from "@/quantities/energy";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Download } from "@/ui/Download";
import { Skeleton } from "@/ui/Skeleton";
import { BalanceTable, exported } from "./BalanceTable";
import { FlowPicture } from "./FlowPicture";
import { flowsOf, hasFlows } from "./flows";
import { useBalance } from "./useBalance";

/** Where the house's electricity came from and went to in the period. */
export function BalancePanel({ house }: { house: PlaceNode }) {
  const t = useTranslations("balance");
  return (
    <Panel title={t("title")}>
      <Loaded
        answer={together(useBalance(), usePeriodCost({}))}
        skeleton={<Skeleton className="h-64 w-full" />}
        notAfterMs={COST.notAfterMs}
        problem={(failure) => (
          <p className="py-2 text-muted">
            <ProblemTitle failure={failure} />
          </p>
        )}
        isEmpty={([balance, cost]) => !hasFlows(flowsOf(balance.total, cost.rows))}
        empty={<p className="py-16 text-center text-muted">{t("empty")}</p>}
      >
        {([balance, cost]) => (
          <>
            <FlowPicture flows={flowsOf(balance.total, cost.rows)} house={house} />
            <Sentences total={balance.total} />
            <BalanceTable total={balance.total} />
            <Download name="balance" from={balance.from} rows={exported(balance)} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** What the picture does not show: how much of the sun was used here, and the money. */
function Sentences({ total }: { total: Balance["total"] }) {
  const t = useTranslations("balance");
  const locale = useLocale();
  const { currency } = useHouse();
  const { own_use_kwh, generated_kwh, sold_kwh, bought_cost, sold_credit, bill } = total;
  const energy = (kwh: string) => textOf(formatEnergy(locale, kwh));
  const money = (amount: string) => textOf(formatMoney(locale, currency, amount));
  const share = numberFormat(locale, { style: "percent" });
  return (
    <div className="mt-4 space-y-1 text-muted text-sm">
      {own_use_kwh !== null && generated_kwh !== null && Number(generated_kwh) > 0 && (
        <p data-testid="own-use" data-value={own_use_kwh}>
          {t("ownUseOf", {
            energy: energy(own_use_kwh),
            generated: energy(generated_kwh),
            share: share.format(Number(own_use_kwh) / Number(generated_kwh)),
          })}
        </p>
      )}
      {bill !== null && bought_cost !== null && sold_credit !== null && (
        <p data-testid="bill" data-value={bill}>
          {t("billOf", { bought: money(bought_cost), sold: money(sold_credit), bill: money(bill) })}
        </p>
      )}
      {sold_kwh !== null && Number(sold_kwh) > 0 && sold_credit === null && (
        <p>{t("noExportPrice")}</p>
      )}
    </div>
  );
}
