"use client";

import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Bill, Shares } from "@/api/types";
import { useDevices } from "@/panels/device/useDevice";
import { Panel } from "@/panels/Panel";
import { Choice } from "@/ui/Choice";
import { PlaceShares } from "./PlaceShares";
import { ShareTable } from "./ShareTable";

const LEVELS = ["device", "shelf", "room"] as const;

interface SharesPanelProps {
  bill: Bill;
  shares: Shares;
}

/** A bill divided: devices or places, the rest, house lines and rounding are the total exactly. */
export function SharesPanel({ bill, shares }: SharesPanelProps) {
  const t = useTranslations("bills");
  const [level, setLevel] = useState<(typeof LEVELS)[number]>("device");
  const choices = LEVELS.map((value) => ({ value, label: t(`levels.${value}`) }));
  return (
    <Panel
      title={t("shares")}
      aside={<Choice label={t("level")} choices={choices} chosen={level} onChoose={setLevel} />}
    >
      {level === "device" ? (
        <DeviceShares shares={shares} total={bill.total} />
      ) : (
        <PlaceShares bill={bill} level={level} />
      )}
      <p className="mt-3 text-muted text-xs">{t("marginalMeans")}</p>
    </Panel>
  );
}

function DeviceShares({ shares, total }: { shares: Shares; total: string | null }) {
  const deviceName = useDeviceName();
  const { devices, rest, rest_kwh, house_lines, rounding } = shares;
  const rows = devices.map(({ device, kwh, cost, marginal }) => ({
    key: device,
    name: deviceName(device),
    kwh,
    cost,
    marginal,
  }));
  return (
    <ShareTable
      rows={rows}
      rest={{ kwh: rest_kwh, cost: rest }}
      houseLines={house_lines}
      rounding={rounding}
      total={total}
    />
  );
}

function useDeviceName() {
  const locale = useLocale();
  const { data } = useDevices();
  return (device: string) => data?.find((one) => one.device === device)?.name[locale] ?? device;
}
