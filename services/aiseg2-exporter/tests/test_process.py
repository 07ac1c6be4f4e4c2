"""`python -m aiseg2_exporter` as its users start it: a `.env`, no devices.yaml, kills at random."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from aiseg2_emulator.server import PASSWORD, USER, Emulator
from testbed.influxdb import InfluxDB
from testbed.process import free_port
from timeseries_io.sqlite import open_sqlite

ENV = """\
AISEG2_HOST={host}
AISEG2_USER={user}
AISEG2_PASSWORD={password}
AISEG2_USE_HTTPS=0 # a comment
INFLUXDB_HOST={influx}
INFLUXDB_DATABASE=home
FORWARD_INTERVAL_SECONDS=0.05
LISTEN_PORT={port}
LOG_FORMAT=json
"""


@asynccontextmanager
async def forwarder(folder: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """The program in a working directory that has a `.env`."""
    environment = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME"}}
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "aiseg2_exporter", cwd=folder, env=environment, stderr=log
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_healthy(port: int, folder: Path) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(600):
            try:
                if (await http.get(f"http://127.0.0.1:{port}/healthz")).is_success:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    pytest.fail((folder / "log").read_text())


def waiting_lines(outbox: Path) -> list[str]:
    engine = open_sqlite(outbox)
    with engine.connect() as connection:
        bodies = connection.execute(text("SELECT body FROM outbox")).scalars().all()
    engine.dispose()
    return [line for body in bodies for line in body.split("\n")]


@pytest.mark.long
async def test_nothing_that_was_kept_is_lost_by_kills(
    host: str, emulator: Emulator, influx: InfluxDB, tmp_path: Path
) -> None:
    """Killed five times at random points; what waited then is in InfluxDB at the end, once."""
    influx.create_database("home")
    port, chance = free_port(), random.Random(3)  # noqa: S311 - repeatable, not secret
    settings = {"user": USER, "password": PASSWORD, "port": port}
    address = influx.url.removeprefix("http://")
    (tmp_path / ".env").write_text(ENV.format(host=host, influx=address, **settings))
    kept: set[str] = set()
    outbox = tmp_path / "state" / "aiseg2-exporter.outbox.db"
    for _ in range(5):
        async with forwarder(tmp_path) as process:
            await until_healthy(port, tmp_path)
            await asyncio.sleep(chance.uniform(0, 1.5))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        kept.update(await asyncio.to_thread(waiting_lines, outbox))
    async with forwarder(tmp_path) as process:
        await until_healthy(port, tmp_path)
        for _ in range(300):
            rows = await asyncio.to_thread(influx.select, "SELECT * FROM power", "home")
            times = {row["time"] for row in rows}
            if rows and {int(line.rsplit(" ", 1)[1]) for line in kept} <= times:
                break
            await asyncio.sleep(0.1)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 30) == 0
    series = 4 + len(emulator.house.circuits)
    by_time: dict[int, int] = {}
    for row in rows:
        by_time[row["time"]] = by_time.get(row["time"], 0) + 1
    assert {int(line.rsplit(" ", 1)[1]) for line in kept} <= set(by_time)
    assert set(by_time.values()) == {series}


async def test_it_serves_health_and_metrics_and_logs_json(
    host: str, influx: InfluxDB, tmp_path: Path
) -> None:
    """Without devices.yaml; no line has the password."""
    influx.create_database("home")
    port = free_port()
    settings = {"user": USER, "password": PASSWORD, "port": port}
    address = influx.url.removeprefix("http://")
    (tmp_path / ".env").write_text(ENV.format(host=host, influx=address, **settings))
    async with forwarder(tmp_path), httpx.AsyncClient(trust_env=False) as http:
        await until_healthy(port, tmp_path)
        page = ""
        for _ in range(300):
            page = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
            if "aiseg2_forward_points_sent_total" in page:
                break
            await asyncio.sleep(0.1)
    assert "aiseg2_forward_outbox_points" in page
    log = (tmp_path / "log").read_text()
    assert log.startswith("{")
    assert PASSWORD not in log


HOUSE = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: r, shelves: [{shelf: s}]}]
devices:
  - {device: meter, room: r, shelf: s, sources: [{source: aiseg2, id: use}]}
"""


async def test_it_measures_and_watches_for_outages(host: str, tmp_path: Path) -> None:
    """With devices.yaml and a VictoriaMetrics, and ends when it is asked to."""
    port = free_port()
    (tmp_path / "devices.yaml").write_text(HOUSE, encoding="utf-8")
    settings = {
        "AISEG2_HOST": host,
        "AISEG2_PASSWORD": PASSWORD,
        "CONFIG_FILE": "devices.yaml",
        "LISTEN_PORT": str(port),
        "VICTORIAMETRICS_URL": f"http://127.0.0.1:{free_port()}",
    }
    (tmp_path / ".env").write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
    async with forwarder(tmp_path) as process, httpx.AsyncClient(trust_env=False) as http:
        await until_healthy(port, tmp_path)
        page = ""
        for _ in range(300):
            page = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
            if "aiseg2_energy_total_kwh{" in page:
                break
            await asyncio.sleep(0.1)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 60) == 0, (tmp_path / "log").read_text()
    assert "aiseg2_power_watts{" in page
    assert "aiseg2_energy_total_kwh{" in page
    assert "aiseg2_refilled_hours_total 0.0" in page
