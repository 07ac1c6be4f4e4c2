import type { NextConfig } from "next";

// `next dev` stands alone, so it forwards the API itself; in the export that is Caddy's work.
const forwarding: NextConfig = {
  rewrites: async () => [
    {
      source: "/api/:path*",
      destination: `${process.env.BFF_URL ?? "http://127.0.0.1:8000"}/api/:path*`,
    },
  ],
};

// Messages are compiled at build; what formats them then needs no parser.
const turbopack = {
  rules: { "**/messages/*/*.json": { loaders: ["./scripts/compile-messages.cjs"], as: "*.js" } },
  resolveAlias: { "use-intl/format-message": "use-intl/format-message/format-only" },
};

// Few files: over HTTP/1.1 a browser has six connections, and a seventh file costs a round trip.
const chunks = {
  maxChunkCountPerGroup: 2,
  minChunkSize: 1_000_000,
  maxMergeChunkSize: 2_000_000,
};

export default function config(phase: string): NextConfig {
  const isDevelopment = phase === "phase-development-server";
  // `npm run check` checks the types; a second time would only make each build longer.
  const typescript = { ignoreBuildErrors: true };
  return {
    devIndicators: false,
    typescript,
    turbopack,
    experimental: { turbopackChunking: chunks },
    ...(isDevelopment ? forwarding : { output: "export" }),
  };
}
