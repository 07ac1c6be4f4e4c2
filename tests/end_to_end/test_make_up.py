"""`make up` as a whole: it starts again on its own data, ends clean, and ends as one."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from testbed.board import micropython_is_there
from testbed.chain import (
    STOP_LIMIT_SECONDS,
    Chain,
    begin_chain,
    start_chain,
    stop_chain,
    wait_until,
)
from up.boards import BOARDS

pytestmark = pytest.mark.long  # whole homes


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Chain]:
    """A virtual home with one day of past."""
    chain = start_chain(tmp_path, backfill_days=1)
    yield chain
    if chain.process.poll() is None:
        stop_chain(chain)


def test_it_ends_clean_and_starts_again_on_the_same_data(small: Chain, tmp_path: Path) -> None:
    """Ctrl-C leaves no process behind; the second start writes no past and keeps the prices."""
    httpx.delete(f"{small.url('BFF_PORT')}/api/v1/unit_prices/1", trust_env=False)
    prices = small.api("/unit_prices")
    assert stop_chain(small) == []
    assert small.process.returncode == 0
    assert "Traceback" not in small.log.read_text()
    again = start_chain(tmp_path, backfill_days=1)
    try:
        assert again.api("/unit_prices") == prices
        assert "days of the past" not in again.log.read_text()
    finally:
        stop_chain(again)


@pytest.mark.parametrize("told_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_clean_in_the_middle_of_its_preparation(
    tmp_path: Path, told_to_stop: signal.Signals
) -> None:
    """The past is half written: exit code 0, no traceback, nothing left behind."""
    begun = begin_chain(tmp_path, backfill_days=60)
    wait_until(lambda: "[ 2/" in begun.log.read_text(), begun)
    children = psutil.Process(begun.process.pid).children(recursive=True)
    begun.process.send_signal(told_to_stop)
    assert begun.process.wait(STOP_LIMIT_SECONDS) == 0
    assert psutil.wait_procs(children, timeout=5)[1] == []
    assert "Traceback" not in begun.log.read_text()


def test_every_plug_comes_up_at_the_first_try(small: Chain) -> None:
    """Nothing is called down that only had no time to start; Tapo plugs give what they have."""
    wait_until(lambda: small.api("/devices/dehumidifier")["state"] == "up", small)
    plug = small.api("/devices/dehumidifier")
    assert (plug["source"], plug["voltage_volts"]) == ("native", 101.3)
    wait_until(lambda: small.api("/devices/aquarium")["state"] == "up", small)
    old = small.api("/devices/aquarium")
    assert old["voltage_volts"] is None  # early firmware
    assert 6 <= old["power_watts"] <= 150
    lines = small.log.read_text().splitlines()
    down = {line.split(" is down")[0].split()[-1] for line in lines if " is down" in line}
    assert down <= {"humidifier/cloud", "hair_dryer/cloud"}  # really away


@pytest.mark.skipif(not micropython_is_there(), reason="scripts/setup-micropython was not run")
def test_boards_measure_what_the_plugs_of_their_devices_do(small: Chain) -> None:
    """They run the firmware itself, send to the service, and come to VictoriaMetrics."""
    wait_until(lambda: fetch_board_watts(small).keys() == BOARDS.keys(), small)
    for device, watts in fetch_board_watts(small).items():
        assert 0 < watts < small.api(f"/devices/{device}")["rated_power_watts"]
    sources = {each["source"]: each for each in small.api("/devices/network")["sources"]}
    assert sources.keys() == {"cloud", "esp32"}
    wait_until(lambda: last_arrival(small) is not None, small)


def last_arrival(chain: Chain) -> str | None:
    [board] = [
        each for each in chain.api("/devices/network")["sources"] if each["source"] == "esp32"
    ]
    return board["arrived_at"]


def fetch_board_watts(chain: Chain) -> dict[str, float]:
    """Return the newest watts of each board's device."""
    answer = httpx.get(
        f"{chain.url('VM_PORT')}/api/v1/query",
        params={"query": "last_over_time(esp32_power_watts[5m])"},
        auth=chain.victoria_metrics_auth(),
        trust_env=False,
    )
    result = answer.raise_for_status().json()["data"]["result"]
    return {series["metric"]["device"]: float(series["value"][1]) for series in result}


def test_when_a_part_is_killed_all_stop_and_it_is_named(small: Chain) -> None:
    """A home that is half there would show half the truth."""
    children = psutil.Process(small.process.pid).children(recursive=True)
    small.find_process("switchbot_exporter").send_signal(signal.SIGKILL)
    assert small.process.wait(STOP_LIMIT_SECONDS) != 0
    assert "'switchbot' exited with code -9" in small.log.read_text()
    assert psutil.wait_procs(children, timeout=5)[1] == []
