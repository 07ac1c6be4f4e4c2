// Measures pages with Lighthouse (mobile, simulated) and prints every run as JSON.
//   node measure.mjs RUNS name=URL [name=URL ...]
// The pages take turns, so that whatever else the machine does meets all of them.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const MAX_ATTEMPTS = 4;

async function run(url) {
  const chrome = await launch({
    chromePath: CHROMIUM,
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-background-networking"],
  });
  try {
    const result = await lighthouse(url, { port: chrome.port, logLevel: "silent" });
    return result?.lhr;
  } finally {
    chrome.kill();
  }
}

/** A run in which the browser began late (NO_NAVSTART) measured nothing: it is repeated. */
async function validRun(url) {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const report = await run(url);
    if (report && !report.runtimeError) return report;
  }
  throw new Error(`${url} could not be measured in ${MAX_ATTEMPTS} attempts`);
}

function figures({ categories, audits }) {
  const score = (name) => Math.round((categories[name]?.score ?? 0) * 100);
  const value = (name) => audits[name]?.numericValue ?? null;
  return {
    performance: score("performance"),
    accessibility: score("accessibility"),
    bestPractices: score("best-practices"),
    seo: score("seo"),
    fcpMs: value("first-contentful-paint"),
    lcpMs: value("largest-contentful-paint"),
    totalBlockingMs: value("total-blocking-time"),
    layoutShift: value("cumulative-layout-shift"),
    failed: Object.values(audits)
      .filter(({ score, scoreDisplayMode }) => scoreDisplayMode === "binary" && score === 0)
      .map(({ id }) => id),
  };
}

const [runs, ...named] = process.argv.slice(2);
const pages = named.map((each) => each.split(/=(.*)/s).slice(0, 2));
const found = Object.fromEntries(pages.map(([name]) => [name, []]));
for (let each = 0; each < Number(runs); each++) {
  for (const [name, url] of pages) found[name].push(figures(await validRun(url)));
}
process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
