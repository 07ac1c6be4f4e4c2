// Next's static export starts itself with inline scripts. This writes into each exported page a
// policy that names just these by their hashes, so that no other inline script can ever run.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const CHARSET = '<meta charSet="utf-8"/>';

function hashOf(script) {
  return `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
}

function locked(html) {
  const hashes = [...html.matchAll(INLINE_SCRIPT)].map(([, script]) => hashOf(script));
  const policy = ["script-src 'self'", ...new Set(hashes)].join(" ");
  const tag = `<meta http-equiv="Content-Security-Policy" content="${policy}"/>`;
  if (!html.includes(CHARSET)) throw new Error("the exported page has no charset to stand behind");
  return html.replace(CHARSET, CHARSET + tag);
}

const out = join(import.meta.dirname, "../out");
for (const name of readdirSync(out, { recursive: true })) {
  if (!name.endsWith(".html")) continue;
  const file = join(out, name);
  writeFileSync(file, locked(readFileSync(file, "utf8")));
}
