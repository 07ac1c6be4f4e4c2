"""The MQTT devices of the virtual home, on their own broker, as the real gateway reads them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, override

import pytest

from home_model.load import load_home
from home_model.readings import Reading
from home_model.sources import MqttSource
from mqtt_emulator.at_home import COUNTERS, READY, run
from mqtt_gateway.exporter import open_gateway
from mqtt_gateway.settings import Settings
from service_kit.waiting import poll_until_async
from testbed.exporter import home_of
from testbed.process import free_port, wait_limit_seconds
from up.emulators import MQTT_PLUGS

WATTS = {"device_1": 41.0, "device_2": 1200.0, "device_3": 0.0}


@pytest.fixture
def watts_url() -> Iterator[str]:
    """What the virtual home draws: `/virtual/` of the emulated SwitchBot cloud."""
    devices = {name: {"watts": watts, "online": True} for name, watts in WATTS.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"devices": devices}).encode())

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Be silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/virtual/"
        server.shutdown()
        thread.join()


async def test_the_gateway_reads_a_tasmota_a_zigbee_plug_and_a_shelly(
    watts_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with the watts of its device and a counter; all are down when their broker is gone."""
    monkeypatch.setattr("mqtt_emulator.at_home.REPORT_SECONDS", 0.1)
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    file, folder, port = tmp_path / "devices.yaml", tmp_path / "mqtt", free_port()
    file.write_text(
        home_of(*(f"{{source: mqtt, profile: {p}, id: {i}}}" for p, i in MQTT_PLUGS.values()))
    )
    home = load_home(file)
    sources = [s for device in home.devices for s in device.sources if isinstance(s, MqttSource)]
    found: dict[str, object] = {}

    def watts() -> list[float | None]:
        readings = (found.get(source.id) for source in sources)
        return [each.power_watts if isinstance(each, Reading) else None for each in readings]

    async def until(expected: list[float | None]) -> None:
        assert await poll_until_async(lambda: watts() == expected, wait_limit_seconds()), found

    emulator = asyncio.create_task(run(home, watts_url, folder, port))
    settings = Settings(mqtt_host="127.0.0.1", mqtt_port=port, config_file=file)
    async with open_gateway(settings) as gateway:

        async def consume() -> None:
            async for source, result in gateway.stream(sources):
                found[source.id] = result

        consuming = asyncio.create_task(consume())
        await until(list(WATTS.values()))
        readings = [each for each in found.values() if isinstance(each, Reading)]
        assert all(reading.energy_lifetime_kwh is not None for reading in readings)
        assert (folder / READY).exists()
        emulator.cancel()
        await asyncio.gather(emulator, return_exceptions=True)
        await until([None, None, None])
        consuming.cancel()
        await asyncio.gather(consuming, return_exceptions=True)
    assert not (folder / READY).exists()
    kept = json.loads((folder / COUNTERS).read_text())
    assert kept["device_2"] > kept["device_1"] > kept["device_3"] == 0
