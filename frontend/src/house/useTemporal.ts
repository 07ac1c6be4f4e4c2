import { useEffect, useState } from "react";

const isNative = () => typeof globalThis.Temporal === "object";

/** Whether dates can be computed: at once, or after the polyfill has been loaded. */
export function useTemporal(): boolean {
  const [isReady, setReady] = useState(isNative);
  useEffect(() => {
    if (isNative()) return undefined;
    let isMounted = true;
    void import("temporal-polyfill/global").then(() => isMounted && setReady(true));
    return () => {
      isMounted = false;
    };
  }, []);
  return isReady;
}
