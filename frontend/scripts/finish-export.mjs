// Finishes an export (out/, or the folder that is named) for Caddy: a content security policy for each page, which names the
// page's inline scripts by their hashes, the service worker with the list of the shell's files, and each text
// compressed once, as well as it can be.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const OUT = process.argv[2] ?? join(import.meta.dirname, "../out");
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const TEXT_FILE = /\.(html|js|css|svg|txt|json|webmanifest)$/;

/** Smaller files do not fill a network packet either way. */
const MIN_COMPRESSED_BYTES = 1024;

const DIRECTIVES = [
  "default-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** The service worker's own: it fetches the shell and nothing else. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'";

const files = () => readdirSync(OUT, { recursive: true }).map(String);

function policyOf(html) {
  if (/<style|\sstyle=/.test(html)) throw new Error("a page has inline styles: none are allowed");
  const hashes = [...html.matchAll(INLINE_SCRIPT)].map(
    ([, script]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  );
  const scripts = ["script-src 'self'", ...new Set(hashes)].join(" ");
  return [...DIRECTIVES, scripts].join("; ");
}

/** The addresses under which Caddy serves a page. */
function addressesOf(name) {
  const address = `/${name.replace(/\.html$/, "")}`;
  return name === "index.html" ? ["/", "/index", "/index.html"] : [address, `${address}.html`];
}

function writePolicies() {
  const lines = files()
    .filter((name) => name.endsWith(".html"))
    .flatMap((name, index) => [
      `@page${index} path ${addressesOf(name).join(" ")}`,
      `header @page${index} Content-Security-Policy "${policyOf(readFileSync(join(OUT, name), "utf8"))}"`,
    ]);
  lines.push(
    "@worker path /service-worker.js",
    `header @worker Content-Security-Policy "${WORKER_POLICY}"`,
  );
  writeFileSync(join(OUT, "policies.caddy"), `${lines.join("\n")}\n`);
}

/** Pages, what they load, and icons: everything that shows the page without its figures. */
function shellFiles() {
  const isShell = (name) =>
    /^_next\/static\/.*\.(js|css)$|^[^/]*\.(svg|png|ico|webmanifest)$/.test(name);
  const assets = files()
    .filter(isShell)
    .map((name) => `/${name}`);
  const pages = files()
    .filter((name) => /^(?!_|404)[^/]*\.html$/.test(name))
    .map((name) => addressesOf(name)[0]);
  return [...pages, ...assets].toSorted();
}

function writeServiceWorker() {
  const shell = shellFiles();
  const hash = createHash("sha256");
  for (const address of shell) {
    const isPage = !address.includes(".");
    const name = address === "/" ? "index.html" : `${address.slice(1)}${isPage ? ".html" : ""}`;
    hash.update(`${address}\n`).update(readFileSync(join(OUT, name)));
  }
  const version = hash.digest("hex").slice(0, 16);
  const head = `const VERSION = ${JSON.stringify(version)};\nconst SHELL = ${JSON.stringify(shell)};\n`;
  const source = readFileSync(join(import.meta.dirname, "service-worker.js"), "utf8");
  writeFileSync(join(OUT, "service-worker.js"), head + source);
}

/** Has Chromium compile what every page needs while it arrives, not in the tasks that draw the page. */
const COMPILE_NOW = "//# allFunctionsCalledOnLoad\n";
const MIN_COMPILED_BYTES = 60_000;

/** Other browsers take the hint for a comment. */
function hintCompilation() {
  for (const name of files().filter((each) => each.endsWith(".js"))) {
    const file = join(OUT, name);
    const source = readFileSync(file, "utf8");
    if (source.length >= MIN_COMPILED_BYTES && !source.startsWith(COMPILE_NOW))
      writeFileSync(file, COMPILE_NOW + source);
  }
}

function compress() {
  for (const name of files().filter((each) => TEXT_FILE.test(each))) {
    const file = join(OUT, name);
    const raw = readFileSync(file);
    if (raw.length < MIN_COMPRESSED_BYTES) continue;
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    };
    writeFileSync(`${file}.br`, brotliCompressSync(raw, { params }));
    writeFileSync(`${file}.gz`, gzipSync(raw, { level: 9 }));
  }
}

writePolicies();
hintCompilation();
writeServiceWorker();
compress();
