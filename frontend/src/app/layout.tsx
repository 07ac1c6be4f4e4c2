import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Page } from "@/shell/Page";
import { HEAD_SCRIPT } from "./head-script";
import "./globals.css";

export const metadata: Metadata = {
  description: "What each thing in the house costs.",
  manifest: "/manifest.webmanifest",
  icons: {
    icon: [
      { url: "/favicon.ico", sizes: "48x48" },
      { url: "/icon.svg", type: "image/svg+xml", sizes: "any" },
    ],
    apple: "/apple-touch-icon.png",
  },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f8f7f4" },
    { media: "(prefers-color-scheme: dark)", color: "#0f1318" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // The remembered theme and language are put here before and after hydration.
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Inline, because an external script would wait in the queue of the others; its hash is in
            the content security policy (scripts/finish-export.mjs). */}
        <script dangerouslySetInnerHTML={{ __html: HEAD_SCRIPT }} />
      </head>
      <body>
        <Page>{children}</Page>
      </body>
    </html>
  );
}
