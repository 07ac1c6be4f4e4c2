"""How fast the house's page is there: Lighthouse on a phone, beside an empty page as control."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Page

from testbed.chain import Chain
from testbed.process import free_port, running

pytestmark = pytest.mark.long  # minutes of Lighthouse

FRONTEND = Path(__file__).parents[2] / "frontend"
SPEED = FRONTEND / "speed"
RUNS = 5
# What the empty page scores in every run where nothing else runs (its median stays there while a
# neighbour's process slows some of the runs); below the second the machine is too busy.
QUIET, USABLE = 98, 90
# 93 to 99 and 2.1 to 2.4 s where nothing else runs, with room for the noise of a machine.
REACHED, REACHED_LCP_MS = 88, 2_800
LATENCY_MS = 150
FIRST_FIGURES = """() => {
  window.shownAt = {};
  new MutationObserver(() => {
    for (const id of ["watts-now", "cost-month"]) {
      if (document.querySelector(`[data-testid=${id}][data-value]`)) {
        window.shownAt[id] ??= performance.now();
      }
    }
  }).observe(document, {subtree: true, childList: true, attributes: true});
}"""

type Run = dict[str, float | list[str]]


@pytest.fixture(scope="module")
def empty_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty page of the same Next.js, served as the page is."""
    if not (SPEED / "empty/out/policies.caddy").exists():
        pytest.skip("NO LIGHTHOUSE HERE: run scripts/setup-lighthouse (make test-long does)")
    folder, port = tmp_path_factory.mktemp("empty"), free_port()
    settings = {
        "PAGE_HOST": "127.0.0.1",
        "PAGE_PORT": str(port),
        "PAGE_ROOT": str(SPEED / "empty/out"),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    caddyfile = str(FRONTEND / "Caddyfile")
    command = ["caddy", "run", "--config", caddyfile, "--adapter", "caddyfile"]
    url = f"http://127.0.0.1:{port}/"
    with running(command, ready_url=url, log=folder / "caddy.log", env=os.environ | settings):
        yield url


@pytest.fixture(scope="module")
def runs(chain: Chain, empty_url: str) -> dict[str, list[Run]]:
    """Every run of Lighthouse, of the page and of the control in turns."""
    pages = [f"house={chain.url('PAGE_PORT')}/", f"empty={empty_url}"]
    measured = subprocess.run(
        ["node", SPEED / "measure.mjs", str(RUNS), *pages], capture_output=True, check=True
    )
    found = json.loads(measured.stdout)
    print(json.dumps(found, indent=2))  # noqa: T201 - the figures are what one runs this for
    return found


def middle(runs: Sequence[Run], name: str) -> float:
    return median(float(run[name]) for run in runs)  # ty: ignore[invalid-argument-type]


def worst(runs: Sequence[Run], name: str) -> float:
    return min(float(run[name]) for run in runs)  # ty: ignore[invalid-argument-type]


def test_the_page_is_accessible_sound_and_findable(runs: dict[str, list[Run]]) -> None:
    """These scores do not depend on how busy the machine is: 100 in every run."""
    for run in runs["house"]:
        scores = [run[name] for name in ("accessibility", "bestPractices", "seo")]
        assert scores == [100, 100, 100], run["failed"]


def test_nothing_moves_while_the_page_appears(runs: dict[str, list[Run]]) -> None:
    """Cumulative layout shift below 0.02."""
    assert middle(runs["house"], "layoutShift") < 0.02


def test_the_page_is_no_slower_than_it_was(runs: dict[str, list[Run]]) -> None:
    """Where nothing else runs."""
    control = worst(runs["empty"], "performance")
    if control < QUIET:
        pytest.skip(f"THE SPEED WAS NOT MEASURED: the machine is busy, an empty page has {control}")
    assert middle(runs["house"], "performance") >= REACHED, control
    assert middle(runs["house"], "lcpMs") <= REACHED_LCP_MS


@pytest.mark.xfail(raises=AssertionError, reason="reached by the median of a quiet machine alone")
def test_the_page_is_fast_on_a_phone(runs: dict[str, list[Run]]) -> None:
    """At least 95 and 2.3 s where the empty page has its full score, at least 90 elsewhere."""
    control = middle(runs["empty"], "performance")
    if control < USABLE:
        pytest.skip(f"THE SPEED WAS NOT MEASURED: the machine is busy, an empty page has {control}")
    performance = middle(runs["house"], "performance")
    assert performance >= (95 if control >= QUIET else 90), control
    if control >= QUIET:
        assert middle(runs["house"], "lcpMs") <= 2_300


def first_figures_ms(browser: Browser, url: str) -> float:
    """Return when the last of the first figures was there, behind a slow network."""
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    page: Page = context.new_page()
    page.add_init_script(f"({FIRST_FIGURES})()")
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )
    page.goto(url)
    for shown in ("watts-now", "cost-month"):
        page.locator(f"[data-testid={shown}][data-value]").first.wait_for()
    shown_ms = page.evaluate("Math.max(...Object.values(window.shownAt))")
    context.close()
    return shown_ms


def test_first_figures_are_soon_behind_a_slow_network(
    browser: Browser, chain: Chain, runs: dict[str, list[Run]]
) -> None:
    """Watts and this month's cost within 0.9 s at 150 ms latency, where nothing else runs."""
    found = median(first_figures_ms(browser, f"{chain.url('PAGE_PORT')}/") for _ in range(RUNS))
    print(f"first figures: {found:.0f} ms")  # noqa: T201
    if worst(runs["empty"], "performance") < QUIET:
        pytest.skip(f"THE MACHINE IS BUSY: first figures after {found:.0f} ms prove nothing")
    assert found <= 900


def test_the_next_level_is_there_at_once_when_its_data_is(
    browser: Browser, chain: Chain, runs: dict[str, list[Run]]
) -> None:
    """Within 100 ms of a click, to a place that was visited before."""
    context = browser.new_context(
        base_url=chain.url("PAGE_PORT"), locale="en-GB", viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    taken: list[float] = []
    page.goto("/")
    for _ in range(RUNS + 1):
        study = page.locator("main table").get_by_role("link", name="Study", exact=True)
        study.wait_for()
        taken.append(
            page.evaluate(
                """() => new Promise(done => {
                  const links = [...document.querySelectorAll("main a")];
                  const began = performance.now();
                  links.find(link => link.textContent === "Study").click();
                  const look = () => document.querySelector("h1").textContent.includes("Study")
                    && document.querySelector("[data-testid=cost-month]")
                    ? done(performance.now() - began) : requestAnimationFrame(look);
                  look();
                })"""
            )
        )
        page.go_back()
    context.close()
    found = median(taken[1:])
    print(f"next level: {found:.0f} ms")  # noqa: T201
    if worst(runs["empty"], "performance") < QUIET:
        pytest.skip(f"THE MACHINE IS BUSY: a level in {found:.0f} ms proves nothing")
    assert found <= 100
