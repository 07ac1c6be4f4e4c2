"use client";

import type { PlaceNode } from "@/api/types";
import { useDevices } from "./device/useDevice";
import { StateWord } from "./StateWord";
import { stateOf } from "./state";

interface DeviceWordProps {
  /** A node of a single device. */
  node: PlaceNode;
  testId?: string;
}

/** The state of a device; of one that is not up also since when nothing was read. */
export function DeviceWord({ node, testId }: DeviceWordProps) {
  const { data, error } = useDevices();
  const state = stateOf(node.live);
  const reported = error ? undefined : data?.find(({ device }) => device === node.id);
  const silentSeconds = reported?.state === state ? reported.age_seconds : null;
  return <StateWord state={state} silentSeconds={silentSeconds} {...(testId && { testId })} />;
}
