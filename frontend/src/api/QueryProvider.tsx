"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { isWorthRetrying, parseProblem } from "./problem";

function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The page and the API are one machine away: "offline" says nothing about them.
        networkMode: "always",
        // One second try hides a moment's trouble; after that the page tells the truth. The BFF
        // takes a store that failed for down for a second: before that, asking again is in vain.
        retry: (failures, error) => failures < 1 && isWorthRetrying(parseProblem(error)),
        retryDelay: 1_200,
      },
      mutations: { networkMode: "always" },
    },
  });
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(newClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
