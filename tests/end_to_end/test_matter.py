"""Two Tapo plugs of the virtual home are also read over Matter: the same electricity, twice."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, expect

from matter_network.missing import what_is_missing
from testbed.chain import STOP_LIMIT_SECONDS, Chain, start_chain, stop_chain, wait_until

pytestmark = pytest.mark.long  # whole homes

DEVICE = "dehumidifier"
JOIN_LIMIT_SECONDS = 400.0
JOINED = "Matter has joined"
COMMISSIONING = "commissioning, this once"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def twice(folder: Path) -> Iterator[Chain]:
    """A virtual home with Matter; skips, or fails where MATTER_NETWORK is `required`."""
    if reason := what_is_missing():
        if os.environ.get("MATTER_NETWORK") == "required":
            pytest.fail(f"the virtual home must have Matter here: {reason}")
        pytest.skip(f"THE VIRTUAL HOME'S MATTER WAS NOT TESTED: {reason}")
    chain = start_chain(folder, backfill_days=7, over_matter=True)
    yield chain
    if chain.process.poll() is None:
        stop_chain(chain)


def wait_for_matter(chain: Chain) -> None:
    wait_until(lambda: JOINED in chain.log.read_text(), chain, JOIN_LIMIT_SECONDS)
    wait_until(lambda: states(chain) == {"native": "up", "matter": "up"}, chain)


def override(chain: Chain, **changed: object) -> None:
    """Do something to the plug."""
    url = f"{chain.url('VIRTUAL_PLUGS_PORT')}/plugs/{DEVICE}"
    httpx.patch(url, json=changed, trust_env=False, timeout=30).raise_for_status()


def values_of(chain: Chain, word: str) -> dict[str, object]:
    """The present value of each source of the device."""
    sources = chain.api(f"/devices/{DEVICE}")["sources"]
    return {source["source"]: source[word] for source in sources}


def states(chain: Chain) -> dict[str, object]:
    return values_of(chain, "state")


def test_the_page_does_not_wait_for_matter(twice: Chain) -> None:
    """Its address is printed first; a source that has not joined yet is never called down."""
    assert states(twice)["matter"] != "down"
    wait_for_matter(twice)
    log = twice.log.read_text()
    assert log.index("Ctrl-C stops everything") < log.index(JOINED)
    assert f"{DEVICE}/matter is down" not in log


def test_both_sources_measure_one_plug_and_one_counts(twice: Chain) -> None:
    """The room draws what the plug draws, once; its volts and amperes are the same by both."""
    wait_for_matter(twice)
    override(twice, watts=222.5)
    wait_until(lambda: values_of(twice, "power_watts") == {"native": 222.5, "matter": 222.5}, twice)
    assert values_of(twice, "voltage_volts") == {"native": 101.3, "matter": 101.3}
    (washroom,) = [r for r in twice.api("/places")["children"] if r["id"] == "washroom"]
    (laundry,) = [s for s in washroom["children"] if s["id"] == "laundry"]
    (device,) = [d for d in laundry["children"] if d["id"] == DEVICE]
    assert device["live"]["power_watts"] == 222.5
    assert twice.api(f"/devices/{DEVICE}")["source"] == "native"


def test_the_cost_counts_the_plug_once(twice: Chain) -> None:
    """A week of yen is that of one source's kWh, by prices of 27 and 31 yen; not of both."""
    wait_for_matter(twice)
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    week = {"from": (until - timedelta(days=6)).isoformat(), "to": until.isoformat()}
    compared = twice.api("/comparison", device=DEVICE, **week)
    kwh = [float(compared[side]["energy_kwh"]) for side in "ab"]
    assert kwh[0] == pytest.approx(kwh[1], abs=0.01)
    total = twice.api("/cost", device=DEVICE, **week)["total"]
    assert float(total["energy_kwh"]) == pytest.approx(kwh[0], abs=0.01)
    assert kwh[0] * 27 <= float(total["cost"]) <= kwh[0] * 31.5


def test_a_plug_without_power_is_down_by_both(twice: Chain) -> None:
    """It is one plug. With power again it is up again by both, without anybody's help."""
    wait_for_matter(twice)
    override(twice, plugged_in=False)
    wait_until(lambda: states(twice) == {"native": "down", "matter": "down"}, twice)
    override(twice, plugged_in=True)
    wait_until(lambda: states(twice) == {"native": "up", "matter": "up"}, twice)


def test_the_comparison_has_something_to_compare_from_the_first_look(
    twice: Chain, browser: Browser
) -> None:
    """A week of past by both sources; every figure is there, scrape times too; two lines drawn."""
    wait_for_matter(twice)
    context = browser.new_context(base_url=twice.url("PAGE_PORT"), locale="en-GB")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"/comparison?device={DEVICE}")
    expect(page.get_by_test_id("verdict")).to_have_attribute("data-value", "prefer")
    expect(page.locator("[data-line]")).to_have_count(3)
    sources = page.get_by_role("table")
    for row in ("Availability", "Longest gap", "Energy counted", "Scrape, median"):
        expect(sources.get_by_role("row", name=row)).not_to_contain_text("—")
    context.close()


def test_ctrl_c_leaves_no_process_and_the_plugs_are_commissioned_once(
    twice: Chain, folder: Path
) -> None:
    """None inside the namespaces either; the next start finds its fabric again."""
    wait_for_matter(twice)
    assert COMMISSIONING in twice.log.read_text()
    assert stop_chain(twice) == []
    assert twice.process.returncode == 0
    again = start_chain(folder, backfill_days=7, over_matter=True)
    try:
        wait_for_matter(again)
        assert COMMISSIONING not in again.log.read_text()
        children = psutil.Process(again.process.pid).children(recursive=True)
        assert any("plug.mjs" in " ".join(child.cmdline()) for child in children)
        again.find_process("matter_network.at_home").send_signal(signal.SIGKILL)
        assert again.process.wait(STOP_LIMIT_SECONDS) != 0
        assert psutil.wait_procs(children, timeout=10)[1] == []
    finally:
        if again.process.poll() is None:
            stop_chain(again)
