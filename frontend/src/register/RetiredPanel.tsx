"use client";

import { useTranslations } from "use-intl";
import type { CostRow, RegisteredDevice } from "@/api/types";
import { CostValue } from "@/panels/CostValue";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Energy } from "@/quantities/Shown";
import { Button } from "@/ui/Button";
import { useDeviceName, usePlaceName } from "./names";
import { useCorrections } from "./useRegister";

interface RetiredPanelProps {
  /** Rows of the period's cost, of devices that are not in the configuration. */
  rows: readonly CostRow[];
  register: readonly RegisteredDevice[];
}

/** Devices that left the configuration and have energy in the period, and what may be wrong. */
export function RetiredPanel({ rows, register }: RetiredPanelProps) {
  const t = useTranslations("register");
  return (
    <Panel title={t("retired")}>
      <p className="text-muted text-sm">{t("retiredHint")}</p>
      <ul className="divide-y divide-line" data-testid="retired">
        {rows.map((row) => (
          <RetiredItem key={row.place?.device} row={row} register={register} />
        ))}
      </ul>
    </Panel>
  );
}

function RetiredItem({ row, register }: { row: CostRow; register: readonly RegisteredDevice[] }) {
  const t = useTranslations("register");
  const deviceName = useDeviceName(register);
  const placeName = usePlaceName();
  const { correct } = useCorrections();
  const { room, shelf, device } = row.place ?? {};
  if (!room || !shelf || !device) return null;
  return (
    <li className="py-3 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium">{deviceName(device)}</h3>
        <p>
          <Energy kwh={row.figures.energy_kwh} /> · <CostValue figures={row.figures} />
        </p>
      </div>
      <p className="text-muted">{t("lastAt", { place: placeName({ room, shelf }) })}</p>
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2">
        <SameAs
          register={register}
          isDisabled={correct.isPending}
          onChoose={(other) =>
            correct.mutate({
              body: { action: "renamed", device: other, former: device, by: "" },
            })
          }
        />
        <Button
          disabled={correct.isPending}
          onClick={() => correct.mutate({ body: { action: "never_was", device, by: "" } })}
        >
          {t("neverWas")}
        </Button>
      </div>
      {correct.error && <ProblemNotice failure={correct.error} />}
    </li>
  );
}

interface SameAsProps {
  register: readonly RegisteredDevice[];
  isDisabled: boolean;
  onChoose: (device: string) => void;
}

/** The device of the configuration that is the same one under another name. */
function SameAs({ register, isDisabled, onChoose }: SameAsProps) {
  const t = useTranslations("register");
  const deviceName = useDeviceName(register);
  return (
    <label className="flex flex-wrap items-center gap-2">
      <span className="text-muted">{t("sameAs")}</span>
      <select
        value=""
        disabled={isDisabled}
        onChange={({ target }) => target.value && onChoose(target.value)}
        className="tap rounded-md border border-line-strong bg-surface px-2"
      >
        <option value="">{t("choose")}</option>
        {register
          .filter(({ retired }) => !retired)
          .map(({ device }) => (
            <option key={device} value={device}>
              {deviceName(device)}
            </option>
          ))}
      </select>
    </label>
  );
}
