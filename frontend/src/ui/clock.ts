import { useEffect, useState } from "react";

/** The present moment in milliseconds since 1970, renewed every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Whether a moment is longer ago than this. Renders once when it happens, not every second. */
export function useIsOlder(momentMs: number, limitMs: number): boolean {
  const [, setPassed] = useState(0);
  useEffect(() => {
    if (!Number.isFinite(limitMs)) return undefined;
    const timer = setTimeout(() => setPassed(momentMs), momentMs + limitMs - Date.now() + 1);
    return () => clearTimeout(timer);
  }, [momentMs, limitMs]);
  return Date.now() - momentMs > limitMs;
}
