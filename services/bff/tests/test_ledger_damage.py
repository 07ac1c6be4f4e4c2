"""Damage to what the ledger stored: found, never served, and rebuilt by itself."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bff.db.backup import BackupSettings, restore_days, save
from service_kit.backup import BackupError
from testbed.bff import Bff
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]
type StartBff = Callable[..., Bff]
type Json = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 40
RANGE = {"from": START.isoformat(), "to": (START + timedelta(days=DAYS)).isoformat()}
PAGE_BYTES = 4096


@pytest.fixture(autouse=True)
def _samples(vm: VictoriaMetrics) -> None:
    """Forty days of device `a`, read every ten minutes, with some silence in each."""
    labels = {"house": "home", "room": "work", "shelf": "s", "device": "a", "source": "cloud"}
    minutes = [minute for minute in range(0, DAYS * 1440, 10) if minute % 1440 > 60]
    vm.import_samples(
        {"__name__": "switchbot_energy_total_kwh"} | labels,
        [(START.timestamp() + 60 * minute, 0.6 * minute / 60) for minute in minutes],
    )


def cost(api: httpx.Client, **params: str) -> Json:
    """The answer, as soon as there is one; until then nothing but 503."""
    deadline = time.monotonic() + 60
    while (answer := api.get("/cost", params=RANGE | params)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer.raise_for_status().json()


def damage(file: Path, change: str) -> None:
    """Change rows as a broken disk would: without their checksums."""
    with closing(sqlite3.connect(file)) as database, database:
        assert database.execute(f"UPDATE ledger_days SET {change}").rowcount > 0  # noqa: S608


def damaged_events(api: httpx.Client) -> list[Json]:
    found = api.get("/events").raise_for_status().json()["events"]
    return [event for event in found if event["kind"] == "ledger_damaged"]


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ("measured_uwh = measured_uwh + 65536", {}),
        ("slots = CAST(x'01000000' || substr(slots, 5) AS BLOB)", {"by": "day"}),
        ("made_from = replace(made_from, 'cloud=', 'cloue=')", {"by": "day"}),
    ],
)
def test_a_flipped_bit_is_never_served(
    open_bff: OpenBff, vm: VictoriaMetrics, tmp_path: Path, change: str, by: dict[str, str]
) -> None:
    """503 until the row is rebuilt; then the figures of before, and an event of the day."""
    api = open_bff(vm.url)
    wanted = cost(api, **by)
    damage(tmp_path / "bff.db", f"{change} WHERE day_unix_ms = {DAY_8_MS}")
    refused = api.get("/cost", params=RANGE | by)
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:ppms:ledger-damaged")
    assert cost(api, **by) == wanted
    [event] = damaged_events(api)
    assert (event["device"], event["state"]) == ("a", "notice")
    assert datetime.fromisoformat(event["since"]) == START + timedelta(days=8)


DAY_8_MS = round((START + timedelta(days=8)).timestamp() * 1000)


def overwrite_pages(file: Path) -> None:
    """Destroy every other page with rows of the ledger."""
    content = bytearray(file.read_bytes())
    pages = range(0, len(content), PAGE_BYTES)
    with_rows = [
        at for at in pages if b"cloud=" in content[at : at + PAGE_BYTES] and content[at] == 13
    ]
    for at in with_rows[::2]:
        content[at : at + PAGE_BYTES] = b"\xff" * PAGE_BYTES
    # The change counter: else open connections serve the sound pages of their caches.
    content[24:28] = (int.from_bytes(content[24:28]) + 1).to_bytes(4)
    file.write_bytes(content)


@pytest.mark.parametrize("is_running", [True, False])
def test_damaged_pages_are_set_aside_and_rebuilt(
    open_bff: OpenBff, vm: VictoriaMetrics, tmp_path: Path, *, is_running: bool
) -> None:
    """By a request or at a start: the file is sound again, prices are there, a copy is beside."""
    api = open_bff(vm.url)
    price = {"price_per_kwh": "30", "valid_from": "2026-01-01T00:00:00+09:00"}
    api.post("/unit_prices", json=price).raise_for_status()
    wanted = cost(api, by="day")
    overwrite_pages(tmp_path / "bff.db")
    api = api if is_running else open_bff(vm.url)
    # What was asked before may be in memory: other edges have the pages read.
    assert cost(api, by="hour")["total"] == wanted["total"]
    assert cost(api, by="day") == wanted
    assert damaged_events(api)
    with closing(sqlite3.connect(tmp_path / "bff.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert len(list(tmp_path.glob("bff.db.damaged-*"))) == 1


def test_days_without_samples_come_back_from_a_backup(
    start_bff: StartBff, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """Their samples are lost, then their rows: an event has the days, a command restores them."""
    settings = BackupSettings.model_validate(
        {"database_url": f"sqlite:///{tmp_path / 'bff.db'}", "backup_dir": tmp_path / "backup"}
    )
    bff = start_bff()
    wanted = cost(bff.http)
    vm.post('/api/v1/admin/tsdb/delete_series?match[]={device="a"}')
    vm.settle()
    save(settings)
    with pytest.raises(BackupError, match="BFF"):
        restore_days(settings)
    damage(tmp_path / "bff.db", f"slots = x'00' WHERE day_unix_ms <= {DAY_8_MS}")
    bff.http.get("/cost", params=RANGE | {"by": "day"})
    assert float(cost(bff.http)["total"]["energy_kwh"]) < float(wanted["total"]["energy_kwh"])
    [event] = damaged_events(bff.http)
    assert datetime.fromisoformat(event["at"]) == START + timedelta(days=9)
    bff.process.terminate()
    bff.process.wait(30)
    restore_days(settings)
    assert cost(start_bff().http) == wanted
