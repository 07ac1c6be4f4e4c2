"""The exporter as a process: killed, misconfigured, short of calls, beside a slow plug."""

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from testbed.exporter import ExporterProcess, MetricsPage
from testbed.virtual_home import VirtualHome

type Start = Callable[..., ExporterProcess]
type Settings = dict[str, str]

DAILY_LIMIT = 10_000_000
SERVER, NAS = "6055F9A1000B", "6055F9A1000C"
UNREADABLE = """\
  - {device: ghost, room: work, shelf: desk, sources: [{source: cloud, id: 0000000000FF}]}
  - {device: disabled, room: work, shelf: desk, sources: [{source: cloud, id: 6055F9A1FF03}]}
  - {device: old_plug, room: work, shelf: desk, sources: [{source: cloud, id: 6055F9A1FF02}]}
"""


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "switchbot_exporter", *arguments]
    return subprocess.run(  # noqa: S603 - our own program
        command, env=settings, capture_output=True, text=True, timeout=60, check=False
    )


def left(page: MetricsPage) -> float:
    value = page.value("switchbot_api_requests_remaining")
    assert value is not None
    return value


def polls(page: MetricsPage) -> float:
    return page.value("exporter_poll_duration_seconds_count", source="cloud") or 0.0


def calls_for(home: VirtualHome, device_id: str) -> int:
    return home.requests()["by_path"].get(f"/v1.1/devices/{device_id}/status", 0)


def all_up(page: MetricsPage) -> bool:
    values = [v for series, v in page.samples() if series.startswith("switchbot_device_up{")]
    return set(values) == {1.0}


def energy(page: MetricsPage) -> float:
    return page.value("switchbot_energy_total_kwh", device="living_air_conditioner") or 0.0


def test_a_killed_exporter_goes_on_from_what_it_exposed(home: VirtualHome, start: Start) -> None:
    """`kill -9` in the middle of polling: the counter never falls, no call is forgotten."""
    home.set_watts("living_air_conditioner", 2000)
    called_before, exposed = home.requests()["total"], 0.0
    for _ in range(3):
        exporter = start()
        called = home.requests()["total"] - called_before
        assert left(exporter.scrape()) <= DAILY_LIMIT - called
        first = exporter.scrape_until(lambda page: energy(page) > 0)
        assert energy(first) >= exposed
        last = exporter.scrape_until(lambda page: energy(page) > energy(first))  # noqa: B023
        exporter.process.kill()
        exporter.process.wait()
        exposed = energy(last)


def test_a_stopped_exporter_keeps_the_exact_count_of_calls(home: VirtualHome, start: Start) -> None:
    """SIGTERM ends it cleanly, and the rest of the reserved block is given back."""
    called_before = home.requests()["total"]
    first = start(POLL_INTERVAL_SECONDS="3600")  # no call is under way when it ends
    first.scrape_until(all_up)
    first.process.terminate()
    assert first.process.wait(30) == 0
    called = home.requests()["total"] - called_before
    assert left(start(POLL_INTERVAL_SECONDS="3600").scrape()) >= DAILY_LIMIT - called - 7


def test_what_cannot_be_read_is_logged_and_shown_as_down(
    start: Start, settings: Settings, config: str
) -> None:
    """Lacking, disabled and meterless devices: an error each, and `device_up` 0."""
    Path(settings["CONFIG_FILE"]).write_text(config + UNREADABLE)
    exporter = start()
    page = exporter.scrape_until(lambda _: "which has no meter" in exporter.log.read_text())
    for device in ("ghost", "disabled", "old_plug"):
        assert page.names_of(device, "switchbot_") == {"switchbot_device_up"}
        assert page.value("switchbot_device_up", device=device) == 0
    assert page.value("switchbot_device_up", device="server") == 1
    log = exporter.log.read_text()
    assert "ERROR" in log
    assert log.count("devices: the account has no device 0000000000FF") == 1
    assert log.count("devices: 6055F9A1FF03: switch on its cloud service") == 1
    assert log.count("in the account, not in the configuration: 6055F9A1FF01") == 1
    assert "02-2026" not in log


def test_a_slow_plug_delays_no_other(home: VirtualHome, start: Start) -> None:
    """While one plug hangs until its deadline, the others are read turn by turn."""
    exporter = start(DEADLINE_SECONDS="30")
    exporter.scrape_until(all_up)
    home.set_fault("hang", "server")
    server_before, nas_before = calls_for(home, SERVER), calls_for(home, NAS)
    exporter.scrape_until(lambda _: calls_for(home, NAS) >= nas_before + 20)
    assert calls_for(home, SERVER) <= server_before + 1


def test_a_small_quota_stretches_the_interval(home: VirtualHome, start: Start) -> None:
    """700 calls less the reserve of 500 for five devices: 2160 s a round, and it is shown."""
    exporter = start(SWITCHBOT_DAILY_LIMIT="700")
    interval = exporter.scrape().value("exporter_poll_interval_seconds", source="cloud")
    assert interval is not None
    assert interval >= 5 * 86_400 / 200
    assert home.requests()["total"] > 0


def test_polls_are_spread_over_the_interval(home: VirtualHome, start: Start) -> None:
    """No burst: once the first round is over, five devices at 4 s are read one after another."""
    del home
    exporter = start(POLL_INTERVAL_SECONDS="4")
    page = exporter.scrape_until(lambda page: polls(page) >= 11)
    taken = sorted(v for series, v in page.samples() if "reading_timestamp" in series)
    taken = sorted(set(taken))  # the two meters of the relay have one answer
    assert len(taken) == 5
    assert min(after - before for before, after in pairwise(taken)) > 0.2


def test_once_prints_a_table(home: VirtualHome, settings: Settings) -> None:
    """The readings of every plug, with the reason where there is none; and what else there is."""
    home.set_watts("server", 123.4)
    home.set_online("nas", online=False)
    done = run(settings, "--once")
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    assert lines["server"][1:3] == ["cloud", "123.4"]
    assert "unplugged (171)" in " ".join(lines["nas"])
    assert "in the account, not in the configuration: 6055F9A1FF01" in done.stderr
    assert done.returncode == 1


def test_check_lists_every_problem(settings: Settings) -> None:
    """Settings by name, the configuration by file and line; no secret is repeated."""
    config_file = Path(settings["CONFIG_FILE"])
    config_file.write_text(config_file.read_text().replace("Asia/Tokyo", "Tokyo"))
    wrong = {"SWITCHBOT_TOKEN": "not\tplain", "SWITCHBOT_DAILY_LIMIT": "0"}
    done = run(settings | wrong, "--check")
    assert done.returncode == 1
    assert "SWITCHBOT_TOKEN: " in done.stderr
    assert "SWITCHBOT_DAILY_LIMIT: " in done.stderr
    assert f"{config_file}:2: " in done.stderr
    assert "not\tplain" not in done.stderr


@pytest.mark.parametrize("name", ["SWITCHBOT_TOKEN", "SWITCHBOT_SECRET"])
def test_a_missing_secret_is_named(settings: Settings, name: str) -> None:
    """Instead of a traceback."""
    done = run({key: value for key, value in settings.items() if key != name})
    assert done.returncode == 2
    assert done.stderr == f"{name}: Field required\n"
