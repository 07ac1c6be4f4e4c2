// States of the house that a healthy chain does not show, made from its real answers.
const API = "**/api/v1/**";
const COST = "**/api/v1/cost?*";

const problem = (status, body) => (route) =>
  route.fulfill({ status, contentType: "application/problem+json", json: { status, ...body } });

const bffDown = problem(502, {
  type: "urn:ppms:bff-down",
  title: "BFF down",
  detail: "The BFF behind this page does not answer.",
  what_to_do: "Try again in a moment.",
});

const storeDown = problem(503, {
  type: "urn:ppms:victoriametrics-down",
  title: "Victoriametrics down",
  detail: "VictoriaMetrics does not answer: connection refused.",
  what_to_do: "Try again in a moment.",
});

/** Lets the real answer through, changed. */
const changing = (change) => async (route) => {
  const response = await route.fetch();
  if (!response.ok()) return route.fulfill({ response });
  await route.fulfill({ response, json: change(await response.json()) });
};

function withoutPrice(figures) {
  const { energy_kwh } = figures;
  return { ...figures, cost: null, unpriced_kwh: energy_kwh ?? "0" };
}

function withoutData(figures) {
  const { expected_seconds } = figures.coverage;
  const coverage = { ...figures.coverage, measured_seconds: 0, estimated_seconds: 0 };
  return {
    ...figures,
    energy_kwh: null,
    cost: null,
    measured_kwh: "0",
    estimated_kwh: "0",
    coverage: { ...coverage, missing_seconds: expected_seconds },
  };
}

const eachFigures = (change) => (cost) => ({
  ...cost,
  total: change(cost.total),
  rows: cost.rows.map((row, index) => ({ ...row, figures: change(row.figures, index) })),
});

/** A week without a price, two days of silence, a day of estimates, a day in part. */
function mixed(figures, index) {
  if (index === undefined) return { ...figures, unpriced_kwh: "12.4", estimated_kwh: "3.1" };
  if (index < 6) return withoutPrice(figures);
  if (index === 12 || index === 13) return withoutData(figures);
  const { coverage, energy_kwh } = figures;
  if (index === 14 || index === 20) {
    return { ...figures, estimated_kwh: String(Number(energy_kwh) * (index === 14 ? 0.6 : 0.2)) };
  }
  if (index !== 17) return figures;
  const missing_seconds = coverage.expected_seconds * 0.4;
  const measured_seconds = coverage.expected_seconds - missing_seconds;
  return { ...figures, coverage: { ...coverage, measured_seconds, missing_seconds } };
}

function silenced(node) {
  const { devices_up, devices_down, devices_silent } = node.live;
  const live = {
    power_watts: null,
    devices_up: 0,
    devices_down: 0,
    devices_silent: devices_up + devices_down + devices_silent,
    age_seconds: null,
  };
  return { ...node, live, children: node.children.map(silenced) };
}

export const FAULTS = {
  "bff-down": { path: "/", spoil: (page) => page.route(API, bffDown) },
  "store-down": {
    path: "/",
    spoil: async (page) => {
      await page.route("**/api/v1/places", storeDown);
      await page.route(COST, storeDown);
    },
  },
  "cost-down": { path: "/", spoil: (page) => page.route(COST, storeDown) },
  unreachable: { path: "/", spoil: (page) => page.route(API, (route) => route.abort()) },
  "no-prices": {
    path: "/prices",
    spoil: (page) => page.route("**/api/v1/unit_prices", (route) => route.fulfill({ json: [] })),
  },
  unpriced: { path: "/", spoil: (page) => page.route(COST, changing(eachFigures(withoutPrice))) },
  "no-data": { path: "/", spoil: (page) => page.route(COST, changing(eachFigures(withoutData))) },
  mixed: { path: "/", spoil: (page) => page.route(COST, changing(eachFigures(mixed))) },
  "all-silent": {
    path: "/",
    spoil: (page) => page.route("**/api/v1/places", changing(silenced)),
  },
};
