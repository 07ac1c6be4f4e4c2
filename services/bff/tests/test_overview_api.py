"""`/overview` over HTTP, on the real vmsingle."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]

NOW = datetime(2026, 3, 10, 3, 7, tzinfo=UTC)  # 12:07 in Tokyo
MINUTE = timedelta(minutes=1)
LABELS = {"house": "home", "room": "work", "shelf": "s", "device": "a", "source": "cloud"}


def test_an_overview_compares_the_same_elapsed_part(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """600 W since 00:00 of yesterday in Tokyo: both days are equal until 12:00."""
    begins = datetime(2026, 3, 8, 15, tzinfo=UTC)
    steps = int((NOW - begins) / MINUTE)
    vm.import_samples(
        {"__name__": "switchbot_energy_total_kwh"} | LABELS,
        [((begins + MINUTE * step).timestamp(), 10 + step * 0.01) for step in range(steps + 1)],
    )
    api = open_bff(vm.url, now=lambda: NOW)
    price = {"price_per_kwh": "30", "valid_from": "2026-01-01T00:00:00Z"}
    api.post("/unit_prices", json=price).raise_for_status()
    overview = api.get("/overview").raise_for_status().json()
    today, month = overview["today"], overview["this_month"]
    assert float(today["figures"]["energy_kwh"]) == pytest.approx(7.27, abs=0.01)
    assert today["comparison"]["until"] == "2026-03-10T12:00:00+09:00"
    assert today["comparison"]["to"] == "2026-03-09T12:00:00+09:00"
    assert float(today["comparison"]["energy_kwh"]) == pytest.approx(7.2, abs=0.001)
    assert float(today["comparison"]["energy_kwh_before"]) == pytest.approx(7.2, abs=0.02)
    assert today["comparison"]["energy_change_ratio"] == pytest.approx(0, abs=0.003)
    assert float(month["figures"]["cost"]) == pytest.approx((7.27 + 14.4) * 30, abs=1)
    assert month["comparison"]["energy_kwh_before"] is None
    assert month["comparison"]["energy_change_ratio"] is None
    assert (month["days"], month["days_elapsed"]) == (31, 10)
    cost = api.get("/cost", params={"from": today["from"], "to": today["to"]}).json()
    assert cost["total"] == today["figures"]
    assert [each["device"] for each in overview["not_up"]] == ["a", "b", "c", "kettle"]
    one = api.get("/overview", params={"device": "a"}).raise_for_status().json()
    assert one["today"]["figures"]["energy_kwh"] == today["figures"]["energy_kwh"]
    assert api.get("/overview", params={"room": "cellar"}).status_code == 404
