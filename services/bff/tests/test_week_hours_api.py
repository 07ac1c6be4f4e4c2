"""`/week_hours` over HTTP, on the real vmsingle."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bff.week_hours import query
from testbed.case_house import wait_for
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]

MONDAY = datetime(2026, 3, 8, 15, tzinfo=UTC)  # midnight in Tokyo
DAY = timedelta(days=1)
LABELS = {"house": "home", "room": "work", "shelf": "s", "device": "a", "source": "cloud"}


@pytest.fixture
def api(open_bff: OpenBff, vm: VictoriaMetrics) -> httpx.Client:
    """60 W, and 660 W on Mondays from 18 to 19, for ten days; the last Tuesday was not measured."""
    kwh, points = 0.0, list[tuple[float, float]]()
    for minute in range(10 * 1440 + 1):
        at = MONDAY + timedelta(minutes=minute)
        kwh += (0.66 if minute % (7 * 1440) // 60 == 18 else 0.06) / 60
        if not 8 * 1440 <= minute < 9 * 1440:
            points.append((at.timestamp(), kwh))
    vm.import_samples({"__name__": "switchbot_energy_total_kwh"} | LABELS, points)
    return open_bff(vm.url, now=lambda: MONDAY + 10 * DAY)


def asked(**more: str) -> dict[str, str]:
    return {"from": MONDAY.isoformat(), "to": (MONDAY + 10 * DAY).isoformat()} | more


def by_hour(answer: dict[str, Any]) -> dict[tuple[int, int], dict[str, Any]]:
    return {(each["weekday"], each["hour"]): each for each in answer["hours"]}


def test_each_hour_of_the_week_has_its_energy(api: httpx.Client) -> None:
    """With how often it was in the range, for its mean; all of them add up to the range."""
    answer = wait_for(api, "/week_hours", asked(device="a"))
    hours = by_hour(answer)
    assert len(hours) == 7 * 24
    monday = hours[1, 18]
    assert monday["times"] == 2
    # The first of its sixty minutes still had 60 W.
    assert float(monday["figures"]["energy_kwh"]) == pytest.approx(1.3, abs=1e-6)
    assert hours[4, 18]["times"] == 1
    total = wait_for(api, "/cost", asked(device="a"))["total"]
    whole = sum(Decimal(each["figures"]["energy_kwh"]) for each in hours.values())
    assert whole == Decimal(total["energy_kwh"])


def test_a_long_range_in_stretches_is_the_same(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many hours are added up at once, also into the future."""
    ranges = asked() | {"to": (MONDAY + 12 * DAY).isoformat()}
    whole = wait_for(api, "/week_hours", ranges)
    monkeypatch.setattr(query, "CELLS_AT_ONCE", 7)
    assert wait_for(api, "/week_hours", ranges) == whole


def test_what_is_not_there_yet_is_no_hour(api: httpx.Client) -> None:
    """An hour of the future has not been, and no energy is no zero."""
    until_later = asked(device="a") | {"to": (MONDAY + 12 * DAY).isoformat()}
    assert by_hour(wait_for(api, "/week_hours", until_later))[5, 3]["times"] == 1
    before = asked(device="a") | {
        "from": (MONDAY - DAY).isoformat(),
        "to": (MONDAY - DAY / 2).isoformat(),
    }
    hours = wait_for(api, "/week_hours", before)["hours"]
    assert {each["figures"]["energy_kwh"] for each in hours} == {None}


def test_a_range_that_is_too_long_is_refused(api: httpx.Client) -> None:
    """As for the costs of so many hours."""
    long = asked() | {"from": (MONDAY - 1500 * DAY).isoformat()}
    assert api.get("/week_hours", params=long).status_code == 422
