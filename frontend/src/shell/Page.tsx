"use client";

import type { ReactNode } from "react";
import { QueryProvider } from "@/api/QueryProvider";
import { HouseProvider } from "@/house/HouseProvider";
import { useTemporal } from "@/house/useTemporal";
import { LanguageProvider } from "@/language/LanguageProvider";
import { HeadingSkeleton } from "@/ui/HeadingSkeleton";
import { Skeleton } from "@/ui/Skeleton";
import { FailureBanner } from "./FailureBanner";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { useServiceWorker } from "./useServiceWorker";

/** What is around every page: language, house, header and footer. */
export function Page({ children }: { children: ReactNode }) {
  useServiceWorker();
  return (
    <QueryProvider>
      {/* Until a page has its heading, and where it has none because its data cannot be had: React
          puts the heading's own title before this one, and a browser shows the first. */}
      <title>PPMS</title>
      <LanguageProvider
        fallback={
          <Frame header={<div className="h-[5.875rem] sm:h-14" />}>
            <Outline />
          </Frame>
        }
      >
        <Frame header={<Header />} footer={<Footer />}>
          <WithDates>
            <HouseProvider skeleton={<Outline heading={<HeadingSkeleton />} />}>
              <FailureBanner />
              {children}
            </HouseProvider>
          </WithDates>
        </Frame>
      </LanguageProvider>
    </QueryProvider>
  );
}

/** Nothing of the house can be shown before its dates can be computed. */
function WithDates({ children }: { children: ReactNode }) {
  return useTemporal() ? children : <Outline />;
}

/** What a page looks like before anything is known. Without a heading there are no texts yet. */
function Outline({ heading = <Skeleton className="h-8 w-48" /> }: { heading?: ReactNode }) {
  return (
    <div className="space-y-6">
      {heading}
      <Skeleton className="h-36 w-full rounded-lg" />
      <Skeleton className="h-72 w-full rounded-lg" />
    </div>
  );
}

interface FrameProps {
  header: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
}

function Frame({ header, footer, children }: FrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="border-line border-b bg-surface">{header}</header>
      {/* As high as the window from the start: what arrives later never moves the footer in sight. */}
      <main id="content" className="mx-auto min-h-dvh w-full max-w-6xl px-4 py-6 sm:px-6 sm:py-8">
        {children}
      </main>
      {footer}
    </div>
  );
}
