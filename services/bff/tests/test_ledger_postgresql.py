"""Damaged rows and archived days of a ledger in a real PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from service_kit.waiting import poll_until
from testbed.bff import Bff
from testbed.victoria_metrics import VictoriaMetrics

type Json = dict[str, Any]
type StartBff = Callable[..., Bff]

START = datetime(2026, 1, 1, tzinfo=UTC)
RANGE = {"from": START.isoformat(), "to": (START + timedelta(days=12)).isoformat(), "by": "day"}
DAY_8_MS = round((START + timedelta(days=8)).timestamp() * 1000)


def write_samples(vm: VictoriaMetrics) -> None:
    labels = {"house": "home", "room": "work", "shelf": "s", "device": "a", "source": "cloud"}
    points = [(START.timestamp() + 600 * n, n / 10) for n in range(14 * 144)]
    vm.import_samples({"__name__": "switchbot_energy_total_kwh"} | labels, points)


def cost(running: Bff) -> Json:
    """The answer, as soon as there is one; until then nothing but 503."""
    found: list[Json] = []

    def is_there() -> bool:
        answer = running.http.get("/cost", params=RANGE)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            found.append(answer.raise_for_status().json())
        return bool(found)

    assert poll_until(is_there, 60)
    return found[0]


def run_sql(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()


def stop(running: Bff) -> None:
    running.process.terminate()
    assert running.process.wait(30) == 0


@pytest.mark.long
def test_damaged_and_archived_days_in_postgresql(
    start_bff: StartBff, vm: VictoriaMetrics, postgresql_url: str
) -> None:
    """A changed row is never served and is rebuilt; a lost sample takes no energy with it."""
    write_samples(vm)
    running = start_bff(DATABASE_URL=postgresql_url)
    wanted = cost(running)
    price = {"price_per_kwh": "30", "valid_from": (START + timedelta(seconds=77)).isoformat()}
    running.http.post("/unit_prices", json=price).raise_for_status()
    priced = cost(running)
    assert priced["rows"][1]["figures"]["energy_kwh"] == wanted["rows"][1]["figures"]["energy_kwh"]
    run_sql(
        postgresql_url,
        f"UPDATE ledger_days SET measured_uwh = 1 WHERE day_unix_ms = {DAY_8_MS}",  # noqa: S608
    )
    damaged = running.http.get("/cost", params=RANGE)
    assert damaged.json().get("type") == "urn:ppms:ledger-damaged"
    assert cost(running) == priced
    kinds = {event["kind"] for event in running.http.get("/events").json()["events"]}
    assert kinds == {"ledger_damaged"}
    stop(running)
    vm.post('/api/v1/admin/tsdb/delete_series?match[]={device="a"}')
    vm.settle()
    second = start_bff(DATABASE_URL=postgresql_url)
    assert cost(second) == priced
    explained = {"device": "a"} | RANGE | {"to": (START + timedelta(hours=1)).isoformat()}
    del explained["by"]
    slots = second.http.get("/explain", params=explained).raise_for_status().json()["slots"]
    assert all(slot["archived"] for slot in slots)
