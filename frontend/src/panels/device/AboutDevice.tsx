"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { type Answer, lasting } from "@/api/answer";
import type { DeviceState } from "@/api/types";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { Power } from "@/quantities/Shown";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import { MetaForm } from "./MetaForm";
import { useAllMeta } from "./useDevice";

interface AboutDeviceProps {
  device: string;
  answer: Answer<DeviceState>;
}

/** Names, rated power and note of a device, and the form to change them. */
export function AboutDevice({ device, answer }: AboutDeviceProps) {
  const t = useTranslations("device");
  const [isEditing, setEditing] = useState(false);
  const edit = isEditing ? undefined : (
    <Button onClick={() => setEditing(true)}>{t("edit")}</Button>
  );
  return (
    <Panel title={t("about")} aside={edit}>
      <Loaded answer={lasting(answer)} skeleton={<Skeleton className="h-24 w-full" />}>
        {(state) =>
          isEditing ? (
            <EditMeta device={device} state={state} onDone={() => setEditing(false)} />
          ) : (
            <Description state={state} />
          )
        }
      </Loaded>
    </Panel>
  );
}

interface EditMetaProps {
  device: string;
  state: DeviceState;
  onDone: () => void;
}

function EditMeta(props: EditMetaProps) {
  return (
    <Loaded answer={lasting(useAllMeta())} skeleton={<Skeleton className="h-64 w-full" />}>
      {(all) => <MetaForm {...props} stored={all.find(({ device }) => device === props.device)} />}
    </Loaded>
  );
}

function Description({ state }: { state: DeviceState }) {
  const t = useTranslations("device");
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2 text-sm">
      <dt className="text-muted">{t("nameJa")}</dt>
      <dd lang="ja">{state.name.ja}</dd>
      <dt className="text-muted">{t("nameEn")}</dt>
      <dd lang="en">{state.name.en}</dd>
      <dt className="text-muted">{t("ratedPower")}</dt>
      <dd>
        <Power watts={state.rated_power_watts} />
      </dd>
      <dt className="text-muted">{t("note")}</dt>
      <dd className="wrap-anywhere whitespace-pre-line">
        {state.note || <span className="text-muted">–</span>}
      </dd>
    </dl>
  );
}
