"use client";

import { lazy, Suspense } from "react";
import { useDevices } from "@/panels/device/useDevice";
import { useNotices } from "@/panels/notices/useNotices";
import { isAnyOpen, openSteps } from "./steps";

const FirstSteps = lazy(() =>
  import("./FirstSteps").then((file) => ({ default: file.FirstSteps })),
);

/** What to do next in a house that has only begun to measure; nothing in any other. */
export function FirstDay() {
  const { data: devices } = useDevices();
  const { data: notices } = useNotices();
  const steps = openSteps(devices, notices);
  if (!devices || !notices || !isAnyOpen(steps)) return null;
  return (
    <Suspense>
      <FirstSteps steps={steps} deviceCount={devices.length} />
    </Suspense>
  );
}
