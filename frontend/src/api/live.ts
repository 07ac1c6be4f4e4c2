import type { QueryClient } from "@tanstack/react-query";
import { noteEvent } from "./refresh";

const ADDRESS = "/api/v1/live";
/** Of the lock and of the channel between the tabs of this browser. */
const NAME = "live";
const RETRY_MS = 30_000;
const PRESENT = new Set<unknown>(["/api/v1/places", "/api/v1/devices", "/api/v1/devices/{device}"]);

/**
 * Asks for present values as soon as the BFF reports that they changed. Over HTTP/1.1 a browser has
 * six connections to a server, so one visible tab alone holds a stream and passes its events on to
 * the others. Without locks, as over plain HTTP, and without a stream the page polls.
 * Returns what ends it.
 */
export function followLive(client: QueryClient): () => void {
  if (!navigator.locks || !window.BroadcastChannel || !window.EventSource) return () => {};
  const channel = new BroadcastChannel(NAME);
  let waiting: AbortController | null = null;

  const refresh = () => {
    noteEvent();
    const predicate = ({ queryKey }: { queryKey: readonly unknown[] }) => PRESENT.has(queryKey[1]);
    // What is being asked goes on: a slow answer would otherwise be given up at every event.
    client.invalidateQueries({ predicate }, { cancelRefetch: false });
  };
  channel.onmessage = () => document.visibilityState === "visible" && refresh();

  const onEvent = () => {
    channel.postMessage(null);
    refresh();
  };

  function follow(): void {
    waiting?.abort();
    waiting = null;
    if (document.visibilityState !== "visible") return;
    waiting = new AbortController();
    const { signal } = waiting;
    navigator.locks.request(NAME, { signal }, () => holdStream(signal, onEvent)).catch(() => {});
  }

  document.addEventListener("visibilitychange", follow);
  follow();
  return () => {
    document.removeEventListener("visibilitychange", follow);
    waiting?.abort();
    channel.close();
  };
}

/** Keeps a stream open, and opens another one after a while where it was refused. */
function holdStream(signal: AbortSignal, onEvent: () => void): Promise<void> {
  return new Promise((resolve) => {
    let stream: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      stream = new EventSource(ADDRESS);
      stream.addEventListener("changed", onEvent);
      stream.onerror = () => {
        // A connection that was lost is opened again by the browser itself.
        if (stream?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
      };
    };
    const end = () => {
      stream?.close();
      clearTimeout(retry);
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    else open();
  });
}
