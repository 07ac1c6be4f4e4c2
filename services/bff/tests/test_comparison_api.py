"""Two sources of a device beside each other, from a real vmsingle."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]

HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: kitchen, shelves: [{shelf: counter}]}]
devices:
  - device: kettle
    room: kitchen
    shelf: counter
    rated_power_watts: 3000
    sources:
      - {source: native, id: 50:91:E3:00:00:01, address: 192.168.1.20}
      - {source: matter, id: TAPO-1}
      - {source: cloud, id: 0000000000A4}
  - device: lamp
    room: kitchen
    shelf: counter
    sources: [{source: native, id: 50:91:E3:00:00:02, address: 192.168.1.21}]
"""
BEGIN = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
END = BEGIN + 6 * 3600
RANGE = {"from": "2026-03-01T09:00:00+09:00", "to": "2026-03-01T15:00:00+09:00"}
LATE_SECONDS = 30
MATTER_BIAS_WATTS = 1.0
# Matter is away from 02:00 to 02:30 UTC.
AWAY = (BEGIN + 2 * 3600, BEGIN + 2.5 * 3600)


def watts(at: float) -> float:
    """On for five minutes of each half hour and 90 s of each 47 minutes."""
    passed = at - BEGIN
    return 1200.0 if passed % 1800 < 300 or passed % 2820 < 90 else 5.0


def scrapes(every: int, away: tuple[float, float] = (0, 0)) -> list[float]:
    instants = (BEGIN + second for second in range(0, 6 * 3600, every))
    return [at for at in instants if not away[0] <= at < away[1]]


@pytest.fixture
def written(vm: VictoriaMetrics) -> VictoriaMetrics:
    """Six hours of both sources, as two exporters would have been scraped."""

    def write(family: str, source: str, word: str, points: Iterable[tuple[float, float]]) -> None:
        labels = {
            "__name__": f"{family}_{word}",
            "house": "home",
            "room": "kitchen",
            "shelf": "counter",
            "device": "kettle",
            "source": source,
        }
        vm.import_samples(labels, list(points))

    native, matter = scrapes(15), scrapes(15, AWAY)
    write("tplink_native", "native", "power_watts", ((at, watts(at)) for at in native))
    write(
        "tplink_native", "native", "energy_total_kwh", ((at, (at - BEGIN) / 1e5) for at in native)
    )
    write(
        "tplink_matter",
        "matter",
        "power_watts",
        ((at, watts(at - LATE_SECONDS) + MATTER_BIAS_WATTS) for at in matter),
    )
    write(
        "tplink_matter", "matter", "energy_total_kwh", ((at, (at - BEGIN) / 2e5) for at in matter)
    )
    for job, source, seconds in (
        ("tplink_native", "native", 0.25),
        ("tplink_matter", "matter", 0.5),
    ):
        target = {"job": job, "instance": f"{source}:9100"}
        of_scrape = {"__name__": "scrape_duration_seconds", **target}
        vm.import_samples(of_scrape, [(at, seconds) for at in native])
        own = {"__name__": "exporter_age_limit_seconds", "source": source, **target}
        vm.import_samples(own, [(at, 45.0) for at in native])
    return vm


@pytest.fixture
def api(open_bff: OpenBff, home_file: Path, written: VictoriaMetrics) -> httpx.Client:
    """A BFF that asks an hour after the last sample."""
    home_file.write_text(HOME, encoding="utf-8")
    return open_bff(written.url, now=lambda: datetime.fromtimestamp(END + 3600, UTC))


def comparison(api: httpx.Client, **more: str) -> dict[str, Any]:
    answer = api.get("/comparison", params={"device": "kettle", **RANGE, **more})
    return answer.raise_for_status().json()


def test_all_figures_of_two_sources(api: httpx.Client) -> None:
    """Known lag, bias, silence, energies and scrape times are found again."""
    found = comparison(api)
    native, matter = found["a"], found["b"]
    assert (native["source"], matter["source"]) == ("native", "matter")
    assert found["lag"]["seconds"] == pytest.approx(LATE_SECONDS, abs=1)
    assert found["watts"]["median_watts"] == pytest.approx(MATTER_BIAS_WATTS)
    assert found["watts"]["bias_watts"] == pytest.approx(MATTER_BIAS_WATTS, abs=3)
    assert native["availability"] == pytest.approx(1, abs=0.001)
    assert matter["availability"] == pytest.approx(1 - 0.5 / 6, abs=0.002)
    assert matter["outages"] == 1
    assert matter["longest_silence_seconds"] == pytest.approx(1800, abs=60)
    assert matter["recovery_seconds"] == pytest.approx(1800, abs=60)
    assert native["recovery_seconds"] is None
    assert (native["scrape_median_seconds"], matter["scrape_p95_seconds"]) == (0.25, 0.5)


def test_energies_are_those_of_the_counters_and_exact(api: httpx.Client) -> None:
    """By the ledger's rules: the silent half hour is counted, its counter survived."""
    found = comparison(api)
    assert found["a"]["energy_kwh"] == "0.21585"
    assert found["b"]["energy_kwh"] == "0.107925"
    assert found["energy_difference_kwh"] == "-0.107925"


def test_the_verdict_names_the_source_and_what_it_rests_on(api: httpx.Client) -> None:
    """Keys for the page, the weightiest reason first."""
    verdict = comparison(api)["verdict"]
    assert (verdict["kind"], verdict["prefer"]) == ("prefer", "a")
    kinds = {reason["kind"]: reason["better"] for reason in verdict["reasons"]}
    assert kinds == {"availability": "a", "lag": "a", "watts": None, "energy": None}
    assert verdict["reasons"][0]["kind"] == "availability"


def test_what_is_drawn_has_holes_where_it_was_silent(api: httpx.Client) -> None:
    """In the house's time."""
    drawn = {point["at"]: point for point in comparison(api)["points"]}
    assert len(drawn) <= 480
    hole = drawn["2026-03-01T11:15:00+09:00"]
    assert (hole["b_watts"], hole["difference_watts"]) == (None, None)
    assert hole["a_watts"] == 5


def test_sources_can_be_named_in_any_order(api: httpx.Client) -> None:
    """Then the lag turns round."""
    found = comparison(api, a="matter", b="native")
    assert found["a"]["source"] == "matter"
    assert found["lag"]["seconds"] == pytest.approx(-LATE_SECONDS, abs=1)
    assert comparison(api, b="native")["a"]["source"] == "matter"


def test_a_source_that_never_spoke_is_said_to_be_silent(api: httpx.Client) -> None:
    """The cloud source is configured, and nothing came of it."""
    found = comparison(api, b="cloud")
    assert found["verdict"]["kind"] == "one_silent"
    assert found["b"]["availability"] == 0
    assert found["b"]["energy_kwh"] is None
    assert found["watts"] is None
    assert found["lag"] is None


def test_the_time_before_the_device_was_there_is_not_held_against_it(api: httpx.Client) -> None:
    """Nor is the time after now."""
    found = comparison(api, **{"from": "2026-02-20T00:00:00Z", "to": "2026-03-05T00:00:00Z"})
    assert found["from"] == RANGE["from"]
    assert found["to"] == "2026-03-01T16:00:00+09:00"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"device": "lamp"}, "one-source"),
        ({"device": "nothing"}, "not-found"),
        ({"a": "ble"}, "wrong-input"),
        ({"a": "native", "b": "native"}, "wrong-input"),
        ({"from": RANGE["to"], "to": RANGE["from"]}, "wrong-input"),
        ({"from": "2025-01-01T00:00:00Z"}, "range-too-long"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_way_out(
    api: httpx.Client, asked: dict[str, str], kind: str
) -> None:
    """A problem document, as everywhere."""
    answer = api.get("/comparison", params={"device": "kettle", **RANGE, **asked})
    assert answer.json()["type"] == f"urn:ppms:{kind}"
    assert answer.json()["what_to_do"]
