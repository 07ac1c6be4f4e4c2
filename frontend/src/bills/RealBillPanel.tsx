"use client";

import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Bill, RealBill } from "@/api/types";
import { useFetchAll } from "@/api/useFetchAll";
import { Texts } from "@/language/Texts";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { formatEnergy } from "@/quantities/energy";
import { formatMoney } from "@/quantities/money";
import { textOf } from "@/quantities/quantity";
import { Button } from "@/ui/Button";
import enFields from "../../messages/en/fields.json";
import en from "../../messages/en/realBills.json";
import jaFields from "../../messages/ja/fields.json";
import ja from "../../messages/ja/realBills.json";
import { RealBillForm } from "./RealBillForm";
import { RealBillTable } from "./RealBillTable";
import { realBillOf } from "./real-bill";

const TEXTS = { en: { ...en, ...enFields }, ja: { ...ja, ...jaFields } };

/** The paper bill of the period beside ours, and entering it. */
export function RealBillPanel({ bill }: { bill: Bill }) {
  return (
    <Texts of={TEXTS}>
      <PaperBill key={bill.first_day} bill={bill} />
    </Texts>
  );
}

function PaperBill({ bill }: { bill: Bill }) {
  const t = useTranslations("realBills");
  const { data } = api.useQuery("get", "/api/v1/real_bills", {}, every(COST));
  const [isEdited, setEdited] = useState(false);
  const onSuccess = useFetchAll();
  const remove = api.useMutation("delete", "/api/v1/real_bills/{first_day}", { onSuccess });
  const real = data && realBillOf(data, bill);
  const path = { first_day: bill.first_day };
  const query = { statement: bill.statement };
  if (!data) return null;
  return (
    <Panel title={t(bill.statement === "export" ? "titleSold" : "title")}>
      {remove.error !== null && <ProblemNotice failure={remove.error} />}
      {isEdited ? (
        <RealBillForm bill={bill} real={real} onDone={() => setEdited(false)} />
      ) : (
        <div className="space-y-3">
          {real ? <Compared real={real} /> : <p className="text-muted text-sm">{t("none")}</p>}
          <div className="flex gap-2">
            <Button onClick={() => setEdited(true)}>{t(real ? "change" : "enter")}</Button>
            {real && (
              <Button
                look="danger"
                disabled={remove.isPending}
                onClick={() => remove.mutate({ params: { path, query } })}
              >
                {t("delete")}
              </Button>
            )}
          </div>
        </div>
      )}
    </Panel>
  );
}

function Compared({ real }: { real: RealBill }) {
  const t = useTranslations("realBills");
  return (
    <>
      <RealBillTable real={real} />
      <Explained real={real} />
      {real.is_drift && (
        <p role="status" className="text-down text-sm">
          {t("drift")}
        </p>
      )}
      {real.note && <p className="wrap-anywhere text-muted text-sm">{real.note}</p>}
    </>
  );
}

/** How much of the difference other kWh make; the rest is in the lines. */
function Explained({ real }: { real: RealBill }) {
  const t = useTranslations("realBills");
  const locale = useLocale();
  const { by_energy, kwh_difference, difference, currency } = real;
  if (difference === null || by_energy === null || kwh_difference === null) return null;
  if (Number(kwh_difference) === 0) return <p className="text-sm">{t("sameEnergy")}</p>;
  const unsigned = (amount: string) => amount.replace("-", "");
  return (
    <p className="text-sm">
      {t("byEnergy", {
        side: kwh_difference.startsWith("-") ? "less" : "more",
        kwh: textOf(formatEnergy(locale, unsigned(kwh_difference))),
        amount: textOf(formatMoney(locale, currency, unsigned(by_energy))),
      })}
    </p>
  );
}
