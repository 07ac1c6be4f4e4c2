"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Shares } from "@/api/types";
import { useDevices } from "@/panels/device/useDevice";
import { Panel } from "@/panels/Panel";
import { Energy, Money } from "@/quantities/Shown";
import { ColumnTitle } from "@/ui/ColumnTitle";
import { TableHead } from "@/ui/TableHead";
import { useLineName } from "./names";

interface SharesPanelProps {
  shares: Shares;
  total: string | null;
}

/** A bill divided: devices, the rest, house lines and rounding are the total exactly. */
export function SharesPanel({ shares, total }: SharesPanelProps) {
  const t = useTranslations("bills");
  const deviceName = useDeviceName();
  const name = useLineName();
  const devices = shares.devices.toSorted((one, other) => Number(other.cost) - Number(one.cost));
  return (
    <Panel title={t("shares")}>
      <table className="w-full text-sm">
        <TableHead>
          <ColumnTitle align="start">{t("device")}</ColumnTitle>
          <ColumnTitle align="end">{t("kwh")}</ColumnTitle>
          <ColumnTitle align="end">{t("share")}</ColumnTitle>
          <ColumnTitle align="end">{t("marginal")}</ColumnTitle>
        </TableHead>
        <tbody>
          {devices.map(({ device, kwh, cost, marginal }) => (
            <ShareRow
              key={device}
              name={deviceName(device)}
              kwh={kwh}
              cost={cost}
              marginal={marginal}
            />
          ))}
          <ShareRow name={name("rest")} kwh={shares.rest_kwh} cost={shares.rest} />
          {shares.house_lines.map((line) => (
            <ShareRow key={line.name} name={name(line.name)} cost={line.amount} />
          ))}
          <ShareRow name={name("rounding")} cost={shares.rounding} />
          <ShareRow name={t("total")} cost={total} isTotal />
        </tbody>
      </table>
      <p className="mt-3 text-muted text-xs">{t("marginalMeans")}</p>
    </Panel>
  );
}

interface ShareRowProps {
  name: string;
  kwh?: string;
  cost: string | null;
  marginal?: string | null;
  isTotal?: boolean;
}

function ShareRow({ name, kwh, cost, marginal, isTotal }: ShareRowProps) {
  return (
    <tr
      className={`border-line border-b last:border-0 ${isTotal ? "font-semibold" : "font-normal"}`}
    >
      <th scope="row" className="wrap-anywhere py-2 text-start [font-weight:inherit] sm:pe-4">
        {name}
      </th>
      <td className="py-2 ps-3 text-end">{kwh && <Energy kwh={kwh} />}</td>
      <td className="py-2 ps-3 text-end">
        <Money amount={cost} />
      </td>
      <td className="py-2 ps-3 text-end text-muted">{marginal && <Money amount={marginal} />}</td>
    </tr>
  );
}

function useDeviceName() {
  const locale = useLocale();
  const { data } = useDevices();
  return (device: string) => data?.find((one) => one.device === device)?.name[locale] ?? device;
}
