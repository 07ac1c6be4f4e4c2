"""Many pages or many BFFs at once: nothing is refused because the house is busy."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import yaml

from service_kit.waiting import poll_until
from testbed.bff import Bff, bff, settings_of
from testbed.load import Load, apply_load
from testbed.process import wait_limit_seconds
from testbed.victoria_metrics import VictoriaMetrics

type StartBff = Callable[..., Bff]

DAY_SECONDS = 86_400
# Of ten requests seven are for the house, two for its places and one for a cost.
MIX = (*["/house"] * 7, *["/places"] * 2)


def test_fifty_clients_get_every_answer(start_bff: StartBff, vm: VictoriaMetrics) -> None:
    """At 48 requests a second for five seconds; `make bench` has a minute at 100, with times."""
    now = time.time()
    labels = {"house": "home", "room": "work", "shelf": "rack_1", "device": "a", "source": "cloud"}
    points = [(now - 60 * n, 10.0 - n / 1000) for n in reversed(range(1440))]
    vm.import_samples({"__name__": "switchbot_energy_total_kwh", **labels}, points)
    running = start_bff()
    cost = f"/cost?{urlencode({'from': instant(now - DAY_SECONDS), 'to': instant(now)})}"
    assert poll_until(lambda: running.http.get(cost).status_code == 200, 60)
    load = Load((*MIX, cost), clients=50, requests_per_second=48, seconds=5)
    answers = apply_load(str(running.http.base_url), load)
    assert [answer for answer in answers if answer.status != 200] == []
    assert len(answers) == 240


def instant(unix_seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_seconds))


DEVICES, DAYS = 60, 30
PLACE = {"room": "room", "shelf": "shelf"}


@pytest.mark.long
def test_four_bffs_start_at_once_on_a_large_victoriametrics(
    vm: VictoriaMetrics, postgresql_url: str, tmp_path: Path
) -> None:
    """Two on files of their own, two on one PostgreSQL: all are ready, complete, and agree."""
    end_s = int(time.time()) // DAY_SECONDS * DAY_SECONDS
    write_large_house(vm, tmp_path / "devices.yaml", end_s)
    query = {"from": instant(end_s - (DAYS - 1) * DAY_SECONDS), "to": instant(end_s)}
    databases: list[dict[str, str]] = [{}, {}, *[{"DATABASE_URL": postgresql_url}] * 2]

    def kwh(number: int) -> Decimal:
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = settings_of(folder, vm.url, tmp_path / "devices.yaml") | databases[number]
        with bff(folder, settings) as running:  # ready within the limit
            assert poll_until(lambda: is_complete(running), wait_limit_seconds())
            answer = running.http.get("/cost", params=query).raise_for_status()
            assert "Traceback" not in running.log.read_text()
            return Decimal(answer.json()["total"]["energy_kwh"])

    with ThreadPoolExecutor(len(databases)) as pool:
        found = list(pool.map(kwh, range(len(databases))))
    assert found == [DEVICES * (DAYS - 1) * 24 * Decimal("0.1")] * len(databases)


def is_complete(running: Bff) -> bool:
    """Whether all of the past is counted and built."""
    ledger = running.http.get("/ledger").raise_for_status().json()
    return ledger["fully_counted"] and not ledger["dirty_slots"]


def write_large_house(vm: VictoriaMetrics, home_file: Path, end_s: int) -> None:
    """Write 2.6 million samples, one a minute: each device has 100 W."""
    devices = [
        {"device": f"plug_{n}", **PLACE, "sources": [{"source": "cloud", "id": f"A{n:011X}"}]}
        for n in range(DEVICES)
    ]
    home: Mapping[str, Any] = {
        "house": "home",
        "time_zone": "UTC",
        "currency": "JPY",
        "rooms": [{"room": "room", "shelves": [{"shelf": "shelf"}]}],
        "devices": devices,
    }
    home_file.write_text(yaml.safe_dump(home), "utf-8")
    minutes = range(-DAYS * 1440, 1)
    timestamps = json.dumps([(end_s + 60 * minute) * 1000 for minute in minutes])
    values = json.dumps([round((minute - minutes[0]) / 600, 9) for minute in minutes])
    for device in devices:
        labels = PLACE | {"house": "home", "device": device["device"], "source": "cloud"}
        metric = json.dumps({"__name__": "switchbot_energy_total_kwh", **labels})
        line = f'{{"metric":{metric},"timestamps":{timestamps},"values":{values}}}'
        # Some megabytes: longer than the limit of `vm.post` on a busy machine.
        imported = httpx.post(f"{vm.url}/api/v1/import", content=line, trust_env=False, timeout=120)
        imported.raise_for_status()
    vm.settle()
