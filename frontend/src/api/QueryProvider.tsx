"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { takeArrived } from "./early";
import { keepAnswers } from "./kept";
import { isWorthRetrying, parseProblem } from "./problem";

/** A refused question is not asked again by itself: its answer cannot change. */
const unlessRefused = ({ state }: { state: { error: unknown } }) =>
  state.error === null || isWorthRetrying(parseProblem(state.error));

function newClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // The page and the API are one machine away: "offline" means nothing to them.
        networkMode: "always",
        // A panel that appears does not ask for what another one has just received.
        staleTime: 4_000,
        // One second try hides a short failure; after that the page shows it. For a second the BFF
        // takes a store that failed to be down: before that, asking again cannot succeed.
        retry: (failures, error) => failures < 1 && isWorthRetrying(parseProblem(error)),
        retryDelay: 1_200,
        retryOnMount: false,
        refetchOnWindowFocus: unlessRefused,
        refetchOnReconnect: unlessRefused,
      },
      mutations: { networkMode: "always" },
    },
  });
  client.getQueryCache().subscribe(({ type, query }) => {
    const answer = type === "added" ? takeArrived(query.queryKey) : undefined;
    if (answer !== undefined) query.setData(answer);
  });
  return client;
}

/** The first screen needs all connections there are. */
const FOLLOW_AFTER_MS = 3_000;

function followLater(client: QueryClient): () => void {
  let end: (() => void) | null = null;
  let isEnded = false;
  const timer = setTimeout(async () => {
    // Without it the page polls.
    const live = await import("./live").catch(() => null);
    if (live && !isEnded) end = live.followLive(client);
  }, FOLLOW_AFTER_MS);
  return () => {
    isEnded = true;
    clearTimeout(timer);
    end?.();
  };
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(newClient);
  useEffect(() => keepAnswers(client), [client]);
  useEffect(() => followLater(client), [client]);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
