"""`/notices` and `/first_screen` over HTTP, on the real vmsingle."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]
type Json = dict[str, Any]

MINUTE = timedelta(minutes=1)


def labels(device: str) -> dict[str, str]:
    return {"house": "home", "room": "r", "shelf": "s", "device": device, "source": "cloud"}


def write(vm: VictoriaMetrics, name: str, value: float, *, ago: float = 1, **of: str) -> None:
    vm.import_samples({"__name__": name, **of}, [(time.time() - ago, value)])


def notices(api: httpx.Client) -> dict[str, Json]:
    """All notices by their id, once the ledger has built what there is."""
    deadline = time.monotonic() + 60
    while api.get("/ledger").json()["rebuild"]["running"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    listed = api.get("/notices").raise_for_status().json()["notices"]
    return {each["id"]: each for each in listed}


def test_a_device_that_fell_silent_is_a_notice_with_what_is_missing(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """600 W for a day, then four hours of silence: 2.4 kWh by its usual power."""
    now = datetime.now(UTC)
    silent = now - timedelta(hours=4)
    points = [(silent - MINUTE * step).timestamp() for step in reversed(range(1440))]
    for device, until in (("a", silent), ("b", now)):
        shift = until.timestamp() - silent.timestamp()
        energy = [(at + shift, 10 + step * 0.01) for step, at in enumerate(points)]
        vm.import_samples({"__name__": "switchbot_energy_total_kwh"} | labels(device), energy)
        power = [(at, 600.0) for at, _ in energy]
        vm.import_samples({"__name__": "switchbot_power_watts"} | labels(device), power)
    write(vm, "switchbot_device_up", 1, ago=1, **labels("b"))
    found = notices(open_bff(vm.url))
    notice = found["device_silent.a"]
    assert (notice["code"], notice["severity"]) == ("device_silent", "warning")
    assert notice["place"] == {"level": "device", "room": "work", "shelf": "rack_1", "device": "a"}
    assert datetime.fromisoformat(notice["since"]) == pytest.approx(silent, abs=MINUTE)
    assert notice["age_seconds"] == pytest.approx(4 * 3600, abs=60)
    assert float(notice["energy_kwh"]) == pytest.approx(2.4, rel=0.02)
    assert "device_silent.b" not in found
    assert found["device_silent.kettle"]["since"] is None
    assert found["device_silent.kettle"]["name"] == {"ja": "ケトル", "en": "Kettle"}


def test_an_acknowledged_notice_is_new_when_it_changes(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Who and when is kept; what was not seen cannot be acknowledged; it can be taken back."""
    write(vm, "switchbot_power_watts", 600, ago=7200, **labels("a"))
    api = open_bff(vm.url)
    seen = notices(api)["device_silent.a"]
    path = f"/notices/{seen['id']}/acknowledgement"
    sent = {"version": seen["version"], "acknowledged_by": "Mika"}
    answer = api.put(path, json=sent).raise_for_status().json()
    assert answer["acknowledgement"]["acknowledged_by"] == "Mika"
    stored = notices(api)[seen["id"]]["acknowledgement"]
    assert stored == answer["acknowledgement"]
    again = api.put(path, json={"version": seen["version"], "acknowledged_by": "Ken"})
    assert again.json()["acknowledgement"] == stored
    write(vm, "switchbot_power_watts", 600, ago=3600, **labels("a"))
    changed = notices(api)[seen["id"]]
    assert (changed["version"] != seen["version"], changed["acknowledgement"]) == (True, None)
    refused = api.put(path, json=sent)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ppms:notice-changed")
    api.put(path, json={"version": changed["version"]}).raise_for_status()
    assert api.delete(path).status_code == 204
    assert notices(api)[seen["id"]]["acknowledgement"] is None
    assert api.delete(path).status_code == 404
    assert api.put("/notices/fall.a/acknowledgement", json=sent).status_code == 404


def test_quota_archive_and_configuration_are_read_from_the_processes(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """The exporter with few calls left, one with an old configuration, an archive of Tuesday."""
    write(vm, "switchbot_api_requests_remaining", 400, ago=5, job="switchbot")
    write(vm, "switchbot_api_requests_limit", 10_000, ago=5, job="switchbot")
    write(vm, "exporter_config_last_reload_successful", 0, ago=5, job="native")
    write(vm, "exporter_config_last_reload_successful", 1, ago=5, job="switchbot")
    archived = time.time() - 30 * 3600
    write(vm, "archive_last_success_timestamp_seconds", archived, ago=30 * 3600, job="archive")
    api = open_bff(vm.url)
    found = notices(api)
    quota = found["quota_low"]
    assert (quota["remaining_calls"], quota["daily_calls"]) == (400, 10_000)
    assert found["archive_late"]["age_seconds"] == pytest.approx(30 * 3600, abs=60)
    assert found["configuration_not_reloaded"]["processes"] == ["native"]
    home_file.write_text("house: [", encoding="utf-8")
    assert notices(api)["configuration_not_reloaded"]["processes"] == ["bff", "native"]


def test_a_price_is_missing_until_one_holds(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """It began where the last price ended."""
    api = open_bff(vm.url)
    assert notices(api)["missing_price.import"]["since"] is None
    price = {
        "price_per_kwh": "30",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_to": "2026-02-01T00:00:00Z",
    }
    api.post("/unit_prices", json=price).raise_for_status()
    since = notices(api)["missing_price.import"]["since"]
    assert since == "2026-02-01T09:00:00+09:00"
    api.post("/unit_prices", json={"price_per_kwh": "31", "valid_from": "2026-02-01T00:00:00Z"})
    assert "missing_price.import" not in notices(api)


def test_events_of_a_counter_are_one_notice_until_they_are_answered(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """60 W for ten hours, ten hours of silence, then 40 kWh more."""
    begin = datetime.now(UTC) - timedelta(hours=40)
    points = [(begin + MINUTE * step, 5 + step * 0.001) for step in range(600)]
    points += [(at + timedelta(hours=20), kwh + 40.6) for at, kwh in points]
    vm.import_samples(
        {"__name__": "switchbot_energy_total_kwh"} | labels("a"),
        [(at.timestamp(), kwh) for at, kwh in points],
    )
    api = open_bff(vm.url)
    notice = notices(api)["doubtful_rise.a"]
    assert (notice["severity"], notice["events"], notice["source"]) == ("warning", 1, "cloud")
    [event] = api.get("/events").json()["events"]
    assert (notice["energy_kwh"], notice["since"]) == (event["energy_kwh"], event["since"])
    api.post(f"/events/{event['id']}/answer", json={"answer": "other_meter"}).raise_for_status()
    assert "doubtful_rise.a" not in notices(api)


def test_without_victoriametrics_the_house_still_has_its_notices(open_bff: OpenBff) -> None:
    """The outage is one; of devices nothing is claimed, and nothing of them can be acknowledged."""
    api = open_bff(f"http://127.0.0.1:{free_port()}")
    listed = api.get("/notices").raise_for_status().json()["notices"]
    assert [each["id"] for each in listed] == ["victoriametrics_down", "missing_price.import"]
    seen = {"version": "1"}
    assert api.put("/notices/device_down.a/acknowledgement", json=seen).status_code == 503


def test_the_first_screen_is_what_its_requests_answer(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Each cost in it is that of `/cost` with the same range, place and rows."""
    now = datetime(2026, 3, 10, 3, 7, tzinfo=UTC)  # 12:07 in Tokyo
    points = [(now - MINUTE * step).timestamp() for step in reversed(range(3 * 1440))]
    vm.import_samples(
        {"__name__": "switchbot_energy_total_kwh"} | labels("a"),
        [(at, 10 + step * 0.01) for step, at in enumerate(points)],
    )
    api = open_bff(vm.url, now=lambda: now)
    screen = api.get("/first_screen").raise_for_status().json()
    assert screen["house"] == api.get("/house").json()
    assert screen["places"] == api.get("/places").json()
    assert screen["notices"] == api.get("/notices").json()
    asked = [
        (each["by"], each["group_by"], each["cost"]["from"], each["cost"]["to"])
        for each in screen["costs"]
    ]
    month = ("2026-03-01T00:00:00+09:00", "2026-04-01T00:00:00+09:00")
    before = ("2026-02-01T00:00:00+09:00", "2026-02-10T12:07:00+09:00")
    today = ("2026-03-10T00:00:00+09:00", "2026-03-11T00:00:00+09:00")
    assert asked == [
        (None, "room", *month),
        ("day", "room", *month),
        (None, "device", *month),
        (None, "room", *before),
        ("day", None, *before),
        (None, "device", *before),
        (None, None, *today),
    ]
    for each in screen["costs"]:
        wanted = {"from": each["cost"]["from"], "to": each["cost"]["to"]}
        wanted |= {name: each[name] for name in ("by", "group_by") if each[name]}
        assert api.get("/cost", params=wanted).json() == each["cost"]
    one = api.get("/first_screen", params={"room": "kitchen", "device": "kettle"}).json()
    assert {each["cost"]["place"]["device"] for each in one["costs"]} == {"kettle"}
    assert {each["group_by"] for each in one["costs"]} == {None}
    assert api.get("/first_screen", params={"room": "cellar"}).status_code == 404
