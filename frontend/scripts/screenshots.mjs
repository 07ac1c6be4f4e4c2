// Takes pictures of a running page into test-results/, to be looked at by people.
//   PAGE_URL=http://127.0.0.1:8080 node scripts/screenshots.mjs [part of a name]
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { FAULTS } from "./faults.mjs";

const PAGE_URL = process.env.PAGE_URL ?? "http://127.0.0.1:8080";
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FOLDER = new URL("../test-results/", import.meta.url).pathname;

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const ALL = Object.keys(SIZES).flatMap((size) =>
  ["light", "dark"].flatMap((theme) => ["ja", "en"].map((language) => ({ size, theme, language }))),
);
const FEW = ALL.filter(({ theme, language }) => (theme === "light") === (language === "en"));

const EXPLAIN = `/explain?${new URLSearchParams({
  device: "hair_dryer",
  from: new Date(Date.now() - 86_400_000).toISOString(),
  to: new Date().toISOString(),
})}`;

/** Scrolls through the page, since what is far down is made when a reader comes near, and back. */
async function settled(page) {
  for (let height = 0, before = -1; height !== before; ) {
    before = height;
    height = await page.evaluate(() => {
      scrollTo(0, document.body.scrollHeight);
      return document.body.scrollHeight;
    });
    await page.waitForTimeout(300);
    await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
  }
  await page.evaluate(() => scrollTo(0, 0));
}

async function openPriceReview(page) {
  await page.getByRole("button", { name: /単価を追加|Add a price/ }).click();
  await page.getByLabel(/1 kWhあたりの単価|Price per kWh/).fill("35.2");
  await page.getByRole("button", { name: /影響を確認|Show the effect/ }).click();
  await page.getByRole("dialog").getByRole("alert").waitFor();
}

async function acceptClosing(page) {
  await openPriceReview(page);
  await page.getByRole("button", { name: /終了して続ける|and go on/ }).click();
  await page.getByTestId("effect").waitFor();
}

const SHOTS = [
  { name: "house", path: "/", variants: ALL },
  { name: "room", path: "/?room=study", variants: ALL },
  { name: "shelf", path: "/?room=study&shelf=rack_1", variants: ALL },
  { name: "day", path: "/?period=day", variants: FEW },
  { name: "year", path: "/?period=year", variants: FEW },
  {
    name: "custom",
    path: "/?room=bedroom&period=custom&first=2026-10-12&last=2026-11-11",
    variants: FEW,
  },
  { name: "comparison", path: "/comparison?device=fridge", variants: ALL },
  { name: "device", path: "/?room=study&shelf=rack_1&device=server", variants: ALL },
  { name: "explain", path: EXPLAIN, variants: ALL },
  { name: "reconcile", path: "/reconcile", variants: ALL },
  { name: "reconcile-device", path: "/reconcile?device=hair_dryer", variants: FEW },
  { name: "prices", path: "/prices", variants: ALL },
  { name: "bills", path: "/bills", variants: ALL },
  { name: "contracts", path: "/contracts", variants: ALL },
  {
    name: "reference",
    path: "/reference",
    variants: ALL,
    act: (page) => page.locator(".opblock").first().waitFor(),
  },
  {
    name: "notice",
    path: "/",
    variants: FEW,
    act: async (page) => {
      const notice = page.getByTestId("notices").locator("summary").first();
      await notice.click();
      await page.getByRole("button", { name: /確認済みにする|Acknowledge/ }).waitFor();
    },
  },
  {
    name: "price-form",
    path: "/prices",
    variants: FEW,
    act: (page) => page.getByRole("button", { name: /単価を追加|Add a price/ }).click(),
  },
  { name: "price-overlap", path: "/prices", variants: FEW, act: openPriceReview },
  { name: "price-effect", path: "/prices", variants: FEW, act: acceptClosing },
  {
    name: "price-delete",
    path: "/prices",
    variants: FEW,
    act: (page) =>
      page
        .getByRole("button", { name: /^(削除|Delete)$/ })
        .first()
        .click(),
  },
  {
    name: "device-edit",
    path: "/?room=study&shelf=rack_1&device=server",
    variants: FEW,
    act: (page) => page.getByRole("button", { name: /編集|Edit/ }).click(),
  },
  {
    name: "energy",
    path: "/",
    variants: FEW,
    act: (page) =>
      page
        .getByRole("button", { name: /^(電力量|Energy)$/ })
        .first()
        .click(),
  },
  {
    name: "tooltip",
    path: "/",
    variants: FEW,
    act: (page) => page.getByRole("list", { name: /日別|by day/ }).hover(),
  },
  {
    name: "table",
    path: "/",
    variants: FEW,
    act: (page) =>
      page
        .getByText(/表で見る|Show as a table/)
        .first()
        .click(),
  },
  { name: "nowhere", path: "/?room=attic", variants: ALL },
  { name: "no-such-page", path: "/attic", variants: FEW },
  ...Object.entries(FAULTS).map(([name, { path, spoil }]) => ({
    name,
    path,
    spoil,
    variants: FEW,
  })),
];

async function take(browser, shot, { size, theme, language }) {
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: theme,
    locale: language,
    deviceScaleFactor: size === "phone" ? 2 : 1,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => report(shot, error));
  page.on("console", (line) => line.type() === "error" && report(shot, line.text()));
  await shot.spoil?.(page);
  await page.goto(PAGE_URL + shot.path);
  await page.locator("h1, [role=alert]").first().waitFor();
  await settled(page);
  await shot.act?.(page);
  await settled(page);
  await page.waitForTimeout(300);
  const path = `${FOLDER}${shot.name}-${size}-${theme}-${language}.png`;
  await page.screenshot({ path, fullPage: true });
  await context.close();
}

function report(shot, what) {
  process.stderr.write(`${shot.name}: ${what}\n`);
}

const wanted = SHOTS.filter(({ name }) => name.includes(process.argv[2] ?? ""));
mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-background-networking"],
});
for (const shot of wanted) {
  for (const variant of shot.variants) await take(browser, shot, variant);
}
await browser.close();
