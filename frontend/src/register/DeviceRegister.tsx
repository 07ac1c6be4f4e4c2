"use client";

import { useLocale, useTranslations } from "use-intl";
import { together } from "@/api/answer";
import type { HistoryRow, RegisteredDevice } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Texts } from "@/language/Texts";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Choice } from "@/ui/Choice";
import en from "../../messages/en/meters.json";
import ja from "../../messages/ja/meters.json";
import { HistoryList } from "./HistoryList";
import { useDeviceName, usePlaceName } from "./names";
import { effectiveCorrection, useCorrections, useHistory, useRegister } from "./useRegister";

const TEXTS = { en, ja };

/** Where a device was, and since when; nothing while it never moved. */
export function DeviceRegister({ device }: { device: string }) {
  return (
    <Texts of={TEXTS}>
      <Loaded answer={together(useRegister(), useHistory())} skeleton={null}>
        {([register, history]) => {
          const registered = register.find((each) => each.device === device);
          const ofDevice = history.filter((row) => row.device === device);
          // Its first row is no change.
          if (!registered || ofDevice.length < 2) return null;
          return <Past registered={registered} history={ofDevice} />;
        }}
      </Loaded>
    </Texts>
  );
}

interface PastProps {
  registered: RegisteredDevice;
  history: readonly HistoryRow[];
}

function Past({ registered, history }: PastProps) {
  const t = useTranslations("register");
  const moves = history.filter(({ change }) => change === "moved");
  return (
    <Panel title={t("placesTitle")}>
      <Entries registered={registered} />
      {moves.map((move) => (
        <Move key={move.at} move={move} history={history} />
      ))}
      <div className="mt-4 border-line border-t pt-3">
        <HistoryList history={history} />
      </div>
    </Panel>
  );
}

function Entries({ registered }: { registered: RegisteredDevice }) {
  const placeName = usePlaceName();
  const deviceName = useDeviceName();
  const t = useTranslations("register");
  return (
    <ul className="space-y-1 text-sm" data-testid="register-entries">
      {registered.entries.toReversed().map((entry) => (
        <li key={entry.from ?? ""} className="flex flex-wrap justify-between gap-x-4">
          <span>
            {placeName(entry)}
            {entry.upstream && (
              <span className="text-muted">
                {" "}
                · {t("behind", { meter: deviceName(entry.upstream) })}
              </span>
            )}
          </span>
          <span className="text-muted">
            <Span {...entry} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Span({ from, to }: { from: string | null; to: string | null }) {
  const t = useTranslations("register");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const moment = (at: string) => formatMoment(locale, at, time_zone);
  if (from && to) return t("between", { from: moment(from), to: moment(to) });
  if (from) return t("since", { moment: moment(from) });
  return to ? t("until", { moment: moment(to) }) : t("always");
}

/** Whether a move holds from when it was made, or the device always was where it is since. */
function Move({ move, history }: { move: HistoryRow; history: readonly HistoryRow[] }) {
  const t = useTranslations("register");
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { correct, undo } = useCorrections();
  const { device, at } = move;
  const wanted = { device, change: "always_there", corrected_at: at } as const;
  const correction = effectiveCorrection(history, wanted);
  const failure = correct.error ?? undo.error;
  const choices = [
    { value: "then", label: t("fromThen") },
    { value: "always", label: t("alwaysThere") },
  ] as const;

  function choose(value: "then" | "always"): void {
    const id = correction?.correction_id;
    if (value === "always" && id === undefined) {
      correct.mutate({ body: { action: "always_there", device, at, by: "" } });
    } else if (value === "then" && typeof id === "number") {
      undo.mutate({ params: { path: { correction_id: id } } });
    }
  }

  return (
    <div className="mt-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-sm">
        <span>{t("moved", { moment: formatMoment(locale, at, time_zone) })}</span>
        <Choice
          label={t("move")}
          choices={choices}
          chosen={correction ? "always" : "then"}
          onChoose={choose}
        />
      </div>
      {failure && <ProblemNotice failure={failure} />}
    </div>
  );
}
