"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Cost } from "@/api/types";
import { Texts } from "@/language/Texts";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import en from "../../messages/en/meters.json";
import ja from "../../messages/ja/meters.json";
import { useDeviceName } from "./names";

const TEXTS = { en, ja };

interface MeterFaultsProps {
  faults: Cost["over_measured"];
}

/** Meters that measured less than what is behind them: a fault, with what may explain it. */
export function MeterFaults({ faults }: MeterFaultsProps) {
  return (
    <Texts of={TEXTS}>
      <ul className="mt-3 space-y-3" data-testid="meter-faults">
        {faults.map((fault) => (
          <Fault key={fault.device ?? ""} fault={fault} />
        ))}
      </ul>
    </Texts>
  );
}

function Fault({ fault }: { fault: Cost["over_measured"][number] }) {
  const t = useTranslations("faults");
  const name = useDeviceName();
  const { device, over_measured_kwh, suspects } = fault;
  const locale = useLocale();
  const energy = textOf(formatEnergy(locale, over_measured_kwh));
  return (
    <li className="rounded-md border-s-4 border-silent bg-caution-wash px-4 py-3 text-sm">
      <p className="font-medium">
        {device === null ? t("house", { energy }) : t("behind", { meter: name(device), energy })}
      </p>
      {suspects.length > 0 && (
        <>
          <p className="mt-1 text-muted">{t("causes")}</p>
          <ul className="list-disc ps-5">
            {suspects.map(({ device: suspect, reason }) => (
              <li key={`${suspect} ${reason}`}>
                {t(reason, { device: suspect === null ? t("meters") : name(suspect) })}
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}
