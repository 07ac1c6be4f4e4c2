import { useEffect } from "react";

/** Everything of the first screen comes first: the shell's files are for a later visit. */
const REGISTER_AFTER_MS = 5_000;

/** Installs the service worker, where the address allows one: HTTPS, or this machine. */
export function useServiceWorker(): void {
  useEffect(() => {
    if (process.env.NODE_ENV !== "production" || !navigator.serviceWorker) return undefined;
    const register = () => navigator.serviceWorker.register("/service-worker.js").catch(() => {});
    const timer = setTimeout(register, REGISTER_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}
