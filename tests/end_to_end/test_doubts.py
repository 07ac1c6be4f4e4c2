"""A doubtful reading on the page: answered by a person, and the answer taken back."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from testbed.chain import Chain, wait_until

pytestmark = pytest.mark.long  # a journey through a browser

TOKYO = ZoneInfo("Asia/Tokyo")
DEVICE = "old_freezer"
DOUBTFUL_KWH = 50
TEN_MINUTES, HOUR = 600, 3_600


def counter(now: float) -> list[tuple[int, float]]:
    """60 W, ten hours of silence, and from then on more than any plug can have used in them."""
    hours = [*range(-30 * HOUR, -20 * HOUR, TEN_MINUTES), *range(-10 * HOUR, 0, TEN_MINUTES)]
    jump = [0 if at < -15 * HOUR else DOUBTFUL_KWH for at in hours]
    return [
        (round((now + at) * 1000), 100 + (at + 30 * HOUR) / HOUR * 0.06 + more)
        for at, more in zip(hours, jump, strict=True)
    ]


@pytest.fixture
def doubtful(chain: Chain) -> Iterator[None]:
    """A device in the file of the running home, whose counter has jumped in a silence."""
    (file,) = chain.log.parent.glob("data/*/devices.json")
    before = file.read_text("utf-8")
    home = json.loads(before)
    place = {"room": "kitchen", "shelf": "counter"}
    source = {"source": "cloud", "id": "6055F9ABCDEF"}
    home["devices"].append({"device": DEVICE, **place, "sources": [source]})
    labels = {"house": home["house"], **place, "device": DEVICE, "source": "cloud"}
    points = counter(time.time())
    line = {
        "metric": {"__name__": "switchbot_energy_total_kwh", **labels},
        "timestamps": [at_ms for at_ms, _ in points],
        "values": [kwh for _, kwh in points],
    }
    httpx.post(
        f"{chain.url('VM_PORT')}/api/v1/import",
        content=json.dumps(line),
        auth=chain.victoria_metrics_auth(),
        trust_env=False,
    ).raise_for_status()
    _replace(file, json.dumps(home))
    wait_until(lambda: chain.api("/events", device=DEVICE)["total"] == 1, chain)
    yield
    _replace(file, before)


def _replace(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.rename(file)


@pytest.mark.usefixtures("doubtful")
def test_a_doubtful_rise_is_counted_by_a_click_and_taken_back_by_another(
    chain: Chain, page: Page
) -> None:
    """The energy on the page follows both; the event shows who answered and when."""
    today = datetime.now(TOKYO).date()
    days = f"first={today - timedelta(days=3)}&last={today}"
    page.goto(f"/?room=kitchen&shelf=counter&device={DEVICE}&period=custom&{days}")
    energy = page.get_by_test_id("energy-period")
    before = _kwh(energy)
    assert before == pytest.approx(20 * 0.06, abs=0.05)  # the silence is missing, not guessed
    page.get_by_test_id("event-open").get_by_role("button", name="Count it").click()
    answered = page.get_by_test_id("event-answered")
    expect(answered).to_contain_text("Count it")
    # 60 W through the silence are part of what the counter rose by.
    counted = before + DOUBTFUL_KWH + 10 * 0.06
    wait_until(lambda: _kwh(energy) == pytest.approx(counted, abs=0.05), chain)
    answered.get_by_role("button", name="Take back").click()
    expect(page.get_by_test_id("event-open")).to_be_visible()
    wait_until(lambda: _kwh(energy) == pytest.approx(before, abs=0.05), chain)


def _kwh(shown: Locator) -> float:
    return float(shown.get_attribute("data-value") or "nan")
