"""Every service while its wall clock is set: no energy is made of it, and nothing stops.

By libfaketime, on real processes; the rules are in `exporter-kit` (`test_clock_steps.py`).
"""

import json
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from aiseg2_emulator.household import Circuit, Household, constant
from aiseg2_emulator.server import PASSWORD, USER, Emulator, serving
from mqtt_emulator.broker import mosquitto
from service_kit.waiting import poll_until
from shelly_emulator.device import Device
from shelly_emulator.models import MODELS
from shelly_emulator.server import DeviceServer
from testbed.bff import bff
from testbed.bff import settings_of as bff_settings_of
from testbed.exporter import ExporterProcess, exporter, home_of, settings_of
from testbed.measurements import measurements
from testbed.plugs import emulated_plugs
from testbed.plugs import settings_of_exporter as native_settings_of
from testbed.process import free_port, wait_limit_seconds
from testbed.victoria_metrics import VictoriaMetrics
from testbed.virtual_home import settings_of_exporter as cloud_settings_of
from testbed.virtual_home import virtual_home
from testbed.wall_clock import WallClock

WATTS = 1000.0
STEPS_SECONDS = (300, 3900, 0)
# The cloud refuses signatures of a clock that is wrong by more than five minutes.
STEPS_OF_CLOUD_SECONDS = (200, -200, 0)
PLUG = {
    "name": "heater",
    "model": "P110M(EU) 1.2.3",
    "mac": "50:91:E3:00:00:01",
    "watts": WATTS,
}


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    """The clock of the service of a test."""
    return WallClock(tmp_path / "clock")


@contextmanager
def native(folder: Path, clock: WallClock) -> Generator[ExporterProcess]:
    """The exporter of TP-Link plugs, on an emulated heater."""
    with emulated_plugs(folder, [PLUG]) as plugs:
        settings = native_settings_of(plugs.home(), folder) | clock.env
        command = (sys.executable, "-m", "tp_link_native_exporter")
        with exporter(command, settings, folder / "log") as process:
            yield process


@contextmanager
def cloud(folder: Path, clock: WallClock) -> Generator[ExporterProcess]:
    """The exporter of the SwitchBot cloud, on the emulated one."""
    with virtual_home(folder) as home:
        home.set_watts("server", WATTS)
        config = (Path(__file__).parents[2] / "config" / "virtual-home.yaml").read_text()
        settings = cloud_settings_of(home, folder, config) | clock.env
        command = (sys.executable, "-m", "switchbot_exporter")
        with exporter(command, settings, folder / "log") as process:
            yield process


@contextmanager
def mqtt(folder: Path, clock: WallClock) -> Generator[ExporterProcess]:
    """The gateway, on a broker with a plug that sends its watts ten times a second."""
    ended, port = threading.Event(), free_port()
    text = json.dumps({"apower": WATTS})
    plug = Client(CallbackAPIVersion.VERSION2)

    def send() -> None:
        while not ended.wait(0.1):
            plug.publish("plug/status/switch:0", text)

    (data := folder / "mosquitto").mkdir()
    with mosquitto(data, port):
        plug.connect("127.0.0.1", port)
        plug.loop_start()
        sending = threading.Thread(target=send)
        sending.start()
        home = home_of("{source: mqtt, id: plug, profile: shelly_gen2}")
        broker = {"MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(port), "FORWARD_INFLUXDB": "0"}
        settings = settings_of(home, folder, **broker, **clock.env)
        try:
            command = (sys.executable, "-m", "mqtt_gateway")
            with exporter(command, settings, folder / "log") as process:
                yield process
        finally:
            ended.set()
            sending.join()
            plug.disconnect()
            plug.loop_stop()


@contextmanager
def shelly(folder: Path, clock: WallClock) -> Generator[ExporterProcess]:
    """The exporter of Shellys, on an emulated meter whose netted energy it integrates."""
    device = Device(MODELS["Pro 3EM triphase"], "58E6C5000001", name="heater")
    for meter in device.meters.values():
        meter.watts = WATTS / len(device.meters)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(DeviceServer(device)) as server,
    ):
        source = f'{{source: shelly, id: {device.mac}, address: "{server.netloc}", phases: netted}}'
        settings = settings_of(home_of(source), folder) | clock.env
        command = (sys.executable, "-m", "shelly_exporter")
        with exporter(command, settings, folder / "log") as process:
            yield process


@contextmanager
def aiseg2(folder: Path, clock: WallClock) -> Generator[ExporterProcess]:
    """The exporter of the AiSEG2, on an emulated unit with one circuit."""
    unit = Emulator(Household(circuits=(Circuit("8", "heater", constant(WATTS)),)))
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(unit)) as host,
    ):
        account = {"AISEG2_HOST": host, "AISEG2_USER": USER, "AISEG2_PASSWORD": PASSWORD}
        hurried = {"ENERGY_INTERVAL_SECONDS": "1", "CIRCUIT_ENERGY_SECONDS": "1"}
        home = home_of('{source: aiseg2, id: "8"}')
        settings = settings_of(home, folder, **account, **hurried, **clock.env)
        command = (sys.executable, "-m", "aiseg2_exporter")
        with exporter(command, settings, folder / "log") as process:
            yield process


EXPORTERS = {
    "native": (native, "tplink_native", "heater", STEPS_SECONDS),
    "cloud": (cloud, "switchbot", "server", STEPS_OF_CLOUD_SECONDS),
    "mqtt": (mqtt, "mqtt", "device_1", STEPS_SECONDS),
    "shelly": (shelly, "shelly", "device_1", STEPS_SECONDS),
    "aiseg2": (aiseg2, "aiseg2", "device_1", STEPS_SECONDS),
}

OTHERS = ("cloud", "mqtt", "shelly", "aiseg2")


@pytest.mark.parametrize(
    "name",
    ["native", *(pytest.param(n, marks=pytest.mark.long) for n in OTHERS)],
)
def test_an_exporter_counts_only_the_time_that_passed(
    tmp_path: Path, clock: WallClock, name: str
) -> None:
    """Minutes and an hour forward, and back: at most a kilowatt since it started is shown."""
    start, family, device, steps = EXPORTERS[name]
    began = time.monotonic()
    with start(tmp_path, clock) as process:
        shown = []

        def is_counting() -> bool:
            kwh = process.scrape().value(f"{family}_energy_total_kwh", device=device)
            if kwh is not None:
                shown.append(kwh)
            return kwh is not None and kwh > before

        before = -1.0
        assert poll_until(is_counting, wait_limit_seconds())
        for step in steps:
            clock.set(step)
            before = shown[-1]
            assert poll_until(is_counting, wait_limit_seconds())
        lasted_hours = (time.monotonic() - began) / 3600
        assert shown == sorted(shown)
        # A device that counts by itself shows what it likes of before; the emulated ones are new.
        assert shown[-1] - shown[0] <= WATTS / 1000 * lasted_hours * 1.1
        assert "Traceback" not in process.log.read_text()


@pytest.mark.long
def test_a_clock_that_the_cloud_refuses_is_named_and_may_be_mended(
    tmp_path: Path, clock: WallClock
) -> None:
    """An hour ahead: the device is down and the log names the clock; unrestarted it counts on."""
    began = time.monotonic()
    with cloud(tmp_path, clock) as process:

        def kwh() -> float | None:
            return process.scrape().value("switchbot_energy_total_kwh", device="server")

        def is_up() -> bool:
            return process.scrape().value("switchbot_device_up", device="server") == 1

        assert poll_until(lambda: is_up() and kwh() is not None, wait_limit_seconds())
        first = kwh()
        clock.set(3900)
        assert poll_until(lambda: not is_up(), wait_limit_seconds())
        # Its last reading may be too old before the next poll is refused.
        named = "this machine's clock"
        assert poll_until(lambda: named in process.log.read_text(), wait_limit_seconds())
        clock.set(0)
        assert poll_until(lambda: is_up() and (kwh() or 0) > (first or 0), wait_limit_seconds())
        lasted_hours = (time.monotonic() - began) / 3600
        assert (kwh() or 0) - (first or 0) <= WATTS / 1000 * lasted_hours * 1.1


HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: rack}]}]
devices:
  - {device: heater, room: study, shelf: rack, sources: [{source: cloud, id: 0000000000A1}]}
"""


@pytest.mark.long
def test_the_bff_goes_on_whatever_its_clock_is_set_to(
    tmp_path: Path, clock: WallClock, vm: VictoriaMetrics
) -> None:
    """An hour ahead and back: the same energy for the same time, and it stays ready."""
    (file := tmp_path / "devices.yaml").write_text(HOME)
    begin = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=6)
    labels = {"house": "home", "room": "study", "shelf": "rack", "source": "cloud"}
    metric = {"__name__": "switchbot_energy_total_kwh", "device": "heater"} | labels
    points = [(begin.timestamp() + 60 * n, 5 + n / 60) for n in range(360)]
    vm.import_samples(metric, points)
    params = {"from": begin.isoformat(), "to": (begin + timedelta(hours=4)).isoformat()}
    settings = bff_settings_of(tmp_path, vm.url, file) | clock.env
    with bff(tmp_path, settings) as running:

        def energy() -> str:
            found: list[str] = []

            def is_there() -> bool:
                answer = running.http.get("/cost", params=params)
                if answer.is_success:
                    found.append(answer.json()["total"]["energy_kwh"])
                return answer.is_success

            assert poll_until(is_there, wait_limit_seconds())
            return found[0]

        assert float(energy()) == pytest.approx(4, abs=0.01)
        first = energy()
        for step in STEPS_SECONDS:
            clock.set(step)
            assert httpx.get(f"{running.health_url}/readyz", trust_env=False).status_code == 200
            assert energy() == first
        assert "Traceback" not in running.log.read_text()


BOARD = HOME.replace("source: cloud, id: 0000000000A1", "source: esp32, id: esp32-heater")


@pytest.mark.long
def test_the_service_of_boards_goes_on_whatever_its_clock_is_set_to(
    tmp_path: Path, clock: WallClock
) -> None:
    """Each measurement keeps the board's instant, and is there once."""
    sent = datetime.now(UTC) - timedelta(minutes=5)
    with measurements(tmp_path, BOARD, "esp32-heater", **clock.env) as service:
        for number, step in enumerate(STEPS_SECONDS):
            clock.set(step)
            content = {
                "deviceId": "esp32-heater",
                "recordedAt": (sent + timedelta(seconds=10 * number)).isoformat(),
                "boot": 1,
                "seq": number,
                "payload": {"power_mw": 1000},
            }
            answer = httpx.post(
                f"{service.url}/api/measurements",
                json=content,
                headers={"Authorization": f"Bearer {service.token}"},
                trust_env=False,
                timeout=60,
            )
            assert answer.raise_for_status().json()["new"] == 1
            ready = httpx.get(f"{service.health_url}/readyz", trust_env=False)
            assert ready.status_code == 200
        instants = [round((sent + timedelta(seconds=10 * n)).timestamp() * 1000) for n in range(3)]
        assert service.instants_ms({1}) == instants
