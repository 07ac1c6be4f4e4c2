// Draws public/icon.svg in the sizes that browsers and phones ask for: node scripts/icons.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const PUBLIC = join(import.meta.dirname, "../public");
const MARK = readFileSync(join(PUBLIC, "icon.svg"), "utf8");
const GROUND = "#0f6b7c";
/** A launcher cuts a maskable icon to its own shape: what matters lies in the middle. */
const FILLED = [
  { name: "icon-maskable-192.png", size: 192, part: 0.8 },
  { name: "icon-maskable-512.png", size: 512, part: 0.8 },
  { name: "apple-touch-icon.png", size: 180, part: 0.9 },
];
const CLEAR = [192, 512].map((size) => ({ name: `icon-${size}.png`, size, part: 1 }));
const FAVICON_SIZES = [16, 32, 48];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();

async function draw(size, part, ground) {
  await page.setViewportSize({ width: size, height: size });
  const length = `${size * part}px`;
  const body = `body{margin:0;display:grid;place-items:center;height:100vh;background:${ground}}`;
  await page.setContent(`<style>${body}svg{width:${length};height:${length}}</style>${MARK}`);
  return page.screenshot({ omitBackground: true });
}

/** An ICO of PNGs: a head, then for each its size, and where its bytes are. */
function icoOf(pictures) {
  const HEAD_BYTES = 6;
  const ENTRY_BYTES = 16;
  const head = Buffer.alloc(HEAD_BYTES + ENTRY_BYTES * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const entry = HEAD_BYTES + ENTRY_BYTES * index;
    head.writeUInt8(size, entry);
    head.writeUInt8(size, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}

for (const { name, size, part } of CLEAR) {
  writeFileSync(join(PUBLIC, name), await draw(size, part, "transparent"));
}
for (const { name, size, part } of FILLED) {
  writeFileSync(join(PUBLIC, name), await draw(size, part, GROUND));
}
const small = [];
for (const size of FAVICON_SIZES) small.push({ size, png: await draw(size, 1, "transparent") });
writeFileSync(join(PUBLIC, "favicon.ico"), icoOf(small));
await browser.close();
