// Caches the shell of one build, so that a reload without a network shows the page. Nothing of the
// API is answered or stored here: what was shown last is kept by the page (src/api/kept.ts).
// VERSION and SHELL are written before this by scripts/finish-export.mjs.
/* global VERSION, SHELL */
const PREFIX = "shell-";
const CACHE = PREFIX + VERSION;
/** A network that hangs is no network. */
const PAGE_TIMEOUT_MS = 4_000;

self.addEventListener("install", (event) => {
  const fill = caches.open(CACHE).then((cache) => cache.addAll(SHELL));
  event.waitUntil(fill.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith(PREFIX) && name !== CACHE;
  const clean = caches
    .keys()
    .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))));
  event.waitUntil(clean.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/api/")) return;
  event.respondWith(
    pathname.startsWith("/_next/static/") ? fromCache(request) : fromNetwork(request),
  );
});

/** The name of such a file changes with its content. */
async function fromCache(request) {
  return (await cached(request)) ?? fetch(request);
}

/** A page of the newest build where there is a network. */
async function fromNetwork(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
  } catch {
    return (await cached(request)) ?? Response.error();
  }
}

async function cached(request) {
  const cache = await caches.open(CACHE);
  return cache.match(request, { ignoreSearch: true });
}
