// Exact byte gates on the export in out/: what a first visit of each page downloads as scripts.
// gzip -9, because that is what every browser takes; brotli is smaller still.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const OUT = join(import.meta.dirname, "../out");
const SCRIPT = /<script\s([^>]*)>/g;

/** kB of 1000 bytes. */
const MAX_KILOBYTES = {
  index: 200,
  prices: 200,
  bills: 200,
  contracts: 200,
  explain: 200,
  reconcile: 200,
  comparison: 200,
  reference: 200,
};

function scriptsOf(page) {
  const html = readFileSync(join(OUT, `${page}.html`), "utf8");
  const tags = [...html.matchAll(SCRIPT)].map(([, attributes]) => attributes);
  const modern = tags.filter((attributes) => !/\snomodule/i.test(` ${attributes}`));
  return [...new Set(modern.flatMap((attributes) => attributes.match(/src="([^"]+)"/)?.[1] ?? []))];
}

function gzippedBytes(script) {
  return gzipSync(readFileSync(join(OUT, script.split("?")[0])), { level: 9 }).length;
}

if (!existsSync(join(OUT, "index.html")))
  throw new Error("there is no export: npm run build first");
let isOver = false;
for (const [page, maxKilobytes] of Object.entries(MAX_KILOBYTES)) {
  const scripts = scriptsOf(page);
  if (scripts.length === 0) throw new Error(`${page}.html loads no scripts: this check is wrong`);
  const bytes = scripts.reduce((sum, script) => sum + gzippedBytes(script), 0);
  const isTooMuch = bytes > maxKilobytes * 1000;
  isOver ||= isTooMuch;
  const figures = `${(bytes / 1000).toFixed(1)} of ${maxKilobytes} kB in ${scripts.length} files`;
  process.stdout.write(`${isTooMuch ? "OVER " : ""}${page}: ${figures}\n`);
}
process.exitCode = isOver ? 1 : 0;
