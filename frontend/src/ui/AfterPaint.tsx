"use client";

import { type ReactNode, useEffect, useState } from "react";
import { afterPaint } from "./paint";

/** Mounts its children after the first paint: what they ask for does not delay the first view. */
export function AfterPaint({ children }: { children: ReactNode }) {
  const [isPainted, setPainted] = useState(false);
  useEffect(() => afterPaint(() => setPainted(true)), []);
  return isPainted ? children : null;
}
