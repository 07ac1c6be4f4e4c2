declare global {
  interface Window {
    /** By path: what the script in the head has asked for already (app/head-script.ts). */
    earlyResponses?: Record<string, Promise<Response>>;
  }
}

/** The response that the head's script asked for; each is used once, and only for a plain GET. */
export function takeEarly({ url, method }: Pick<Request, "url" | "method">) {
  const { pathname, search } = new URL(url);
  const early = window.earlyResponses?.[pathname];
  if (!early || method !== "GET" || search !== "") return undefined;
  delete window.earlyResponses?.[pathname];
  return early;
}
