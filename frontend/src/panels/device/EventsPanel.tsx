"use client";

import { type ReactNode, useId } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { CounterEvent } from "@/api/types";
import { formatMoment, formatRange } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Energy, Power } from "@/quantities/Shown";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import { SourceName } from "./SourceName";
import { useAnswers, useEvents } from "./useEvents";

const ANSWERS = ["count", "other_meter", "wrong_reading"] as const;
/** Of readings that are lost: their energy is kept until a person decides. */
const LOSS_ANSWERS = ["keep", "rebuild"] as const;

/** What is doubtful about the device's counters, with the answers a person can give. */
export function EventsPanel({ device }: { device: string }) {
  const t = useTranslations("events");
  return (
    <Panel title={t("title")}>
      <Loaded
        answer={useEvents(device)}
        skeleton={<Skeleton className="h-12 w-full" />}
        isEmpty={({ total }) => total === 0}
        empty={<p className="text-muted text-sm">{t("none")}</p>}
      >
        {({ total, events }) => (
          <>
            <ul className="divide-y divide-line">
              {events.map((event) => (
                <EventItem key={event.id} event={event} />
              ))}
            </ul>
            {total > events.length && (
              <p className="mt-2 text-muted text-sm">
                {t("more", { count: total - events.length })}
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function EventItem({ event }: { event: CounterEvent }) {
  const t = useTranslations("events");
  const tNotice = useTranslations("notices.code");
  const id = useId();
  const locale = useLocale();
  const { time_zone } = useHouse();
  const { give, takeBack } = useAnswers();
  const params = { path: { event_id: event.id } };
  const failure = give.error ?? takeBack.error;
  const isLoss = event.kind === "samples_lost";
  return (
    <li className="py-3 text-sm" data-testid={`event-${event.state}`}>
      <h3 id={id} className="font-medium">
        {tNotice(event.kind)}
      </h3>
      <p className="mt-0.5 text-muted">
        {formatRange(locale, event.since, event.at, time_zone)} ·{" "}
        <SourceName source={event.source} />
      </p>
      <Amounts event={event} />
      {event.state === "open" && (
        <fieldset aria-labelledby={id} className="mt-2 flex flex-wrap gap-2">
          {(isLoss ? LOSS_ANSWERS : ANSWERS).map((answer) => (
            <Button
              key={answer}
              disabled={give.isPending}
              title={t(`hint.${answer}`)}
              onClick={() => {
                if (answer !== "rebuild" || window.confirm(t("confirmRebuild"))) {
                  give.mutate({ params, body: { answer, note: "" } });
                }
              }}
            >
              {t(`answer.${answer}`)}
            </Button>
          ))}
        </fieldset>
      )}
      {event.answer && (
        <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-2">
          <p>
            {t("answered", {
              answer: t(`answer.${event.answer.answer}`),
              by: event.answer.answered_by ?? "–",
              at: formatMoment(locale, event.answer.answered_at, time_zone),
            })}
          </p>
          {event.answer.answer !== "rebuild" && (
            <Button disabled={takeBack.isPending} onClick={() => takeBack.mutate({ params })}>
              {t("takeBack")}
            </Button>
          )}
        </div>
      )}
      {failure && <ProblemNotice failure={failure} />}
    </li>
  );
}

function energyTitle({ kind, state }: CounterEvent): "energy" | "kept" | "atStake" {
  if (kind === "samples_lost") return "kept";
  return state === "notice" ? "energy" : "atStake";
}

function Amounts({ event }: { event: CounterEvent }) {
  const t = useTranslations("events");
  return (
    <dl className="mt-1 flex flex-wrap gap-x-6 gap-y-1">
      {event.before_kwh !== null && (
        <Amount title={t("before")}>
          <Energy kwh={event.before_kwh} />
        </Amount>
      )}
      {event.after_kwh !== null && (
        <Amount title={t("after")}>
          <Energy kwh={event.after_kwh} />
        </Amount>
      )}
      {event.max_power_watts !== null && (
        <Amount title={t("maxPower")}>
          <Power watts={event.max_power_watts} />
        </Amount>
      )}
      <Amount title={t(energyTitle(event))}>
        <Energy kwh={event.energy_kwh} testId="event-energy" />
      </Amount>
    </dl>
  );
}

function Amount({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex gap-2">
      <dt className="text-muted">{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
