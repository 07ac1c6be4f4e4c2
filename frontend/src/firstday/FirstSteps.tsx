"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { api } from "@/api/client";
import type { DeviceState } from "@/api/types";
import { daysBetween, toHouseDay } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import { Texts } from "@/language/Texts";
import { useSourceName } from "@/panels/device/SourceName";
import { Panel } from "@/panels/Panel";
import { PlaceLink } from "@/places/PlaceLink";
import en from "../../messages/en/firstDay.json";
import ja from "../../messages/ja/firstDay.json";
import type { OpenSteps } from "./steps";

const TEXTS = { en, ja };
const DOCS = "https://github.com/example/ppms/blob/main/docs";

/** A house with figures older than these days is not new. */
const NEW_DAYS = 14;
/** How far back they are looked for. */
const BEFORE_DAYS = 31;

interface FirstStepsProps {
  steps: OpenSteps;
  deviceCount: number;
}

/** The steps from a configuration file to costs, each done or with what to do for it. */
export function FirstSteps(props: FirstStepsProps) {
  return useIsNew() ? (
    <Texts of={TEXTS}>
      <Steps {...props} />
    </Texts>
  ) : null;
}

/** Whether nothing was measured before the last two weeks. A failure makes no house a new one. */
function useIsNew(): boolean {
  const { now, time_zone } = useHouse();
  const last = Temporal.PlainDate.from(toHouseDay(now, time_zone)).subtract({ days: NEW_DAYS });
  const first = last.subtract({ days: BEFORE_DAYS });
  const query = daysBetween(first.toString(), last.toString(), time_zone);
  const once = { staleTime: Number.POSITIVE_INFINITY };
  const { data } = api.useQuery("get", "/api/v1/cost", { params: { query } }, once);
  return data !== undefined && data.total.energy_kwh === null;
}

function Steps({ steps: { unread, isWithoutPrice }, deviceCount }: FirstStepsProps) {
  const t = useTranslations("firstDay");
  return (
    <Panel title={t("title")}>
      <p className="text-muted text-sm">{t("lead")}</p>
      <ol className="mt-3 space-y-3" data-testid="first-steps">
        <Step isDone title={t("configured", { count: deviceCount })}>
          <Doc of="add-a-device.md">{t("addDevice")}</Doc>
        </Step>
        {unread.length === 0 ? (
          <Step isDone title={t("readings")} />
        ) : (
          <Step title={t("someUnread", { unread: unread.length, all: deviceCount })}>
            <Unread devices={unread} />
            <p className="mt-1.5 max-w-3xl text-muted">{t("check")}</p>
            <Doc of="add-a-device.md">{t("discover")}</Doc>
          </Step>
        )}
        <Step isDone={!isWithoutPrice} title={isWithoutPrice ? t("noPrice") : t("price")}>
          {isWithoutPrice && (
            <p className="flex flex-wrap gap-x-4">
              <To href="/prices">{t("setPrice")}</To>
              <To href="/contracts">{t("chooseContract")}</To>
            </p>
          )}
        </Step>
      </ol>
    </Panel>
  );
}

function Unread({ devices }: { devices: readonly DeviceState[] }) {
  const locale = useLocale();
  const sourceName = useSourceName();
  return (
    <ul className="mt-1 grid gap-x-6 sm:grid-cols-2 lg:grid-cols-3" data-testid="unread-devices">
      {devices.map(({ device, room, shelf, name, sources }) => (
        <li key={device}>
          <PlaceLink place={{ room, shelf, device }} className="text-accent underline">
            {name[locale]}
          </PlaceLink>{" "}
          <span className="text-muted">
            {sources.map(({ source }) => sourceName(source)).join(locale === "ja" ? "、" : ", ")}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface StepProps {
  isDone?: boolean;
  title: string;
  children?: ReactNode;
}

function Step({ isDone = false, title, children }: StepProps) {
  const t = useTranslations("firstDay");
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 text-sm" data-done={isDone}>
      <svg viewBox="0 0 20 20" className="mt-0.5 size-5" fill="none" stroke="currentColor">
        <title>{isDone ? t("done") : t("open")}</title>
        <circle cx="10" cy="10" r="8" strokeWidth="1.5" className="text-line-strong" />
        {isDone && <path d="m6 10.5 3 3 5.5-6.5" strokeWidth="2" className="text-up" />}
      </svg>
      <div>
        <p className={isDone ? "text-muted" : "font-medium"}>{title}</p>
        {children}
      </div>
    </li>
  );
}

const LINK = "tap inline-flex items-center text-accent underline";

function Doc({ of, children }: { of: string; children: ReactNode }) {
  return (
    <a href={`${DOCS}/${of}`} className={LINK}>
      {children}
    </a>
  );
}

function To({ href, children }: { href: string; children: ReactNode }) {
  return (
    <AddressLink href={href} className={LINK}>
      {children}
    </AddressLink>
  );
}
