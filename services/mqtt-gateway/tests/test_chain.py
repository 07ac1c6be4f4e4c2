"""From a message to where its values are asked for: the ledger, InfluxDB 1.x and 2.x."""

import time as real_time
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from mqtt_messages import TASMOTA, ZIGBEE, notice, source
from running_gateway import make_settings, running, send, write_config

from exporter_kit import Exporter, Subscribe
from exporter_kit.testing import BEGIN, Rig, Time
from home_model.load import load_home
from home_model.readings import Reading
from home_model.sources import MqttSource
from mqtt_emulator.broker import Mosquitto
from mqtt_gateway.exporter import open_gateway
from mqtt_gateway.settings import Settings
from service_kit.waiting import poll_until_async
from testbed.bff import bff
from testbed.bff import settings_of as bff_settings_of
from testbed.exporter import home_of
from testbed.influxdb import InfluxDB
from testbed.process import wait_limit_seconds
from testbed.victoria_metrics import VictoriaMetrics

MINUTES = 20


async def test_from_the_broker_to_the_ledger(
    broker: Mosquitto, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """Twenty minutes of 1.2 kW by a Shelly's notices, at their times: 0.4 kWh, none missing."""
    home_file = tmp_path / "devices.yaml"
    home_file.write_text(home_of("{source: mqtt, id: plug, profile: shelly_gen2}"), "utf-8")
    settings = make_settings(broker, tmp_path, forward_influxdb=False)
    lines = [line async for line in pages(broker, home_file, settings, tmp_path)]
    vm.post("/api/v1/import/prometheus", content="\n".join(lines))
    vm.settle()
    answer = ask_ledger(tmp_path, vm, home_file)
    assert float(answer["energy_kwh"]) == pytest.approx(0.4, abs=0.03)
    assert answer["coverage"]["missing_seconds"] < 200


async def pages(
    broker: Mosquitto, home_file: Path, settings: Settings, folder: Path
) -> AsyncGenerator[str]:
    """Yield the samples of a scrape each minute, with their times."""
    time = Time()
    async with open_gateway(settings) as gateway:
        rig = Rig(Exporter((Subscribe(MqttSource, gateway.stream, 180.0),)), time, folder)
        rig.readers.apply(load_home(home_file))
        connection = gateway.connection
        await until(lambda: connection.is_connected and connection.is_subscribed)
        for minute in range(MINUTES + 1):
            at = BEGIN.timestamp() + time.seconds
            switch = {"apower": 1200, "aenergy": {"total": 8300 + 20 * minute}}
            await send(broker, ("plug/events/rpc", notice(at, switch_0=switch)))
            await until(lambda at=at: taken_at(rig.outcome("device_1")) == at)
            rig.metrics()
            page, _ = rig.readers.page.text("text/plain")
            for line in page.decode().splitlines():
                if line.startswith("mqtt_") and 'device="device_1"' in line:
                    yield f"{line} {round(at * 1000)}"
            await time.pass_by(60)
        await rig.stop()


def taken_at(outcome: object) -> float | None:
    return outcome.at.timestamp() if isinstance(outcome, Reading) else None


async def until(condition: Callable[[], bool]) -> None:
    assert await poll_until_async(condition, wait_limit_seconds(), interval_seconds=0.002)


def ask_ledger(folder: Path, vm: VictoriaMetrics, home_file: Path) -> dict[str, Any]:
    end = BEGIN + timedelta(minutes=MINUTES)
    question = {"from": BEGIN.isoformat(), "to": end.isoformat(), "device": "device_1"}
    with bff(folder, bff_settings_of(folder, vm.url, home_file)) as started:
        deadline = real_time.monotonic() + wait_limit_seconds()
        while (answer := started.http.get("/cost", params=question)).status_code == (
            httpx.codes.SERVICE_UNAVAILABLE
        ):
            assert real_time.monotonic() < deadline, answer.text
            real_time.sleep(0.1)
    return answer.raise_for_status().json()["total"]


async def test_points_are_in_influxdb_1(
    broker: Mosquitto, influx: InfluxDB, tmp_path: Path
) -> None:
    """Read back by InfluxQL; a message that comes twice with its own time is there once."""
    influx.create_database("home")
    write_config(
        tmp_path, [{"profile": "zigbee2mqtt", "id": "zigbee2mqtt/x", "influxdb_source": "x"}]
    )
    settings = make_settings(broker, tmp_path, influxdb_host=influx.url.removeprefix("http://"))
    async with running(settings) as gateway:
        await gateway.until_subscribed()
        message = ("zigbee2mqtt/x", {**ZIGBEE, "last_seen": "2026-11-28T06:00:00Z"})
        await send(broker, message, message)
        await gateway.until(lambda: influx.select("SELECT * FROM power", "home"))
        await gateway.until(lambda: gateway.handled().get("used") == 2)
    (row,) = influx.select("SELECT * FROM power", "home")
    assert row == {
        "time": 1_795_845_600_000_000_000, "source": "x",
        "instant_power_w": 45.2, "energy_import_kwh": 12.34,
    }  # fmt: skip
    types = influx.select("SHOW FIELD KEYS FROM power", "home")
    assert {each["fieldType"] for each in types} == {"float"}


async def test_points_are_in_influxdb_2(
    broker: Mosquitto, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """By its address, which VictoriaMetrics has too."""
    write_config(tmp_path)
    settings = make_settings(
        broker, tmp_path, influxdb_host=vm.url.removeprefix("http://"), influxdb_database="",
        influxdb_org="home", influxdb_bucket="home", influxdb_token="token",
    )  # fmt: skip
    async with running(settings, [source("tasmota", "boiler")]) as gateway:
        await gateway.until_subscribed()
        await send(broker, ("tele/boiler/SENSOR", TASMOTA))
        query = 'last_over_time(power_instant_power_w{source="boiler"}[1h])'

        def is_there() -> bool:
            vm.settle()
            return [value for _, value in vm.instant(query)] == [12]

        await gateway.until(is_there)
