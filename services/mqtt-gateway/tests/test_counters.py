"""The kit's energy counters behind the gateway's readings, in time that the test owns.

Energy of the device's own counter, of separate messages, of power alone, and of a counter that
begins again at each power-up.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from pathlib import Path

import pytest
from mqtt_messages import body

from exporter_kit import Exporter, Subscribe
from exporter_kit.testing import BEGIN, Rig, Time
from home_model.load import load_home
from home_model.sources import MqttSource
from mqtt_gateway.devices import Device, Result
from mqtt_gateway.parse import Message, Payload
from mqtt_gateway.profiles import max_age_seconds
from testbed.exporter import home_of


class Line:
    """A device whose messages the test publishes."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self._results = asyncio.Queue[Result]()
        self._device: Device | None = None
        self.exporter = Exporter(
            (Subscribe(MqttSource, self._stream, 660.0, source_age_limit_seconds=max_age_seconds),)
        )

    async def send(self, messages: Iterable[tuple[str, object]], after_seconds: float = 0) -> None:
        """Publish messages, all at one time."""
        await self.time.pass_by(after_seconds)
        assert self._device
        for topic, content in messages:
            payload, now = Payload(body(content)), self.time.now()
            message = Message(topic, payload, now, self.time.seconds, is_retained=False)
            if (result := self._device.apply(message).result) is not None:
                self._results.put_nowait(result)
            await self.time.settle()

    async def _stream(
        self, sources: Sequence[MqttSource]
    ) -> AsyncGenerator[tuple[MqttSource, Result]]:
        (source,) = sources
        self._device = Device(source)
        while True:
            yield source, await self._results.get()


@pytest.fixture
def time() -> Time:
    return Time()


async def start(time: Time, folder: Path, source: str) -> tuple[Line, Rig]:
    line = Line(time)
    file = folder / "devices.yaml"
    file.write_text(home_of(f"{{source: mqtt, {source}}}"), encoding="utf-8")
    (folder / "state").mkdir()
    rig = Rig(line.exporter, time, folder / "state")
    rig.readers.apply(load_home(file))
    await time.settle()
    return line, rig


def counted(rig: Rig) -> float:
    (sample,) = rig.metrics()["mqtt_energy_total_kwh"].samples
    return sample.value


async def test_the_devices_own_counter_is_followed(time: Time, tmp_path: Path) -> None:
    """From where it stood when it was first read; power beside it is not counted a second time."""
    line, rig = await start(time, tmp_path, "profile: tasmota, id: b")
    for n in range(13):
        energy = {"ENERGY": {"Power": 1200, "Total": 812.0 + n * 0.1}}
        await line.send([("tele/b/SENSOR", energy)], after_seconds=300)
    assert counted(rig) == pytest.approx(1.2)
    assert {metric: samples.samples[0].value for metric, samples in rig.metrics().items()} == {
        "mqtt_device_up": 1,
        "mqtt_energy_total_kwh": pytest.approx(1.2),
        "mqtt_power_watts": 1200,
        "mqtt_reading_timestamp_seconds": BEGIN.timestamp() + 13 * 300,
    }
    await rig.stop()


async def test_power_and_energy_of_separate_messages_are_counted_once(
    time: Time, tmp_path: Path
) -> None:
    """Power each ten seconds, energy each five minutes: no jump, no energy twice, power stays."""
    line, rig = await start(time, tmp_path, "profile: esphome, id: x")
    await line.send([("x/sensor/energy/state", "100")])
    for n in range(1, 361):
        messages = [("x/sensor/power/state", "3000")]
        if n % 30 == 0:
            messages.append(("x/sensor/energy/state", f"{100 + n * 10 * 3 / 3600:.4f}"))
        await line.send(messages, after_seconds=10)
    metrics = rig.metrics()
    assert counted(rig) == pytest.approx(3.0, rel=2e-3)
    assert metrics["mqtt_power_watts"].samples[0].value == 3000
    counter = rig.energy.saved["device_1", "mqtt"].counter
    assert (counter.gaps, counter.resets, counter.jumps) == (0, 0, 0)
    await rig.stop()


async def test_power_alone_is_integrated(time: Time, tmp_path: Path) -> None:
    """Of a device without a counter; nothing is added across a silence over the gap limit."""
    source = "profile: generic, id: x, power: {topic: w}, max_age_seconds: 60"
    line, rig = await start(time, tmp_path, source)
    for _ in range(61):
        await line.send([("w", "600")], after_seconds=60)
    assert counted(rig) == pytest.approx(0.6)
    await time.pass_by(120)
    assert rig.state("device_1") == "over_age"
    await line.send([("w", "600")], after_seconds=3600)
    assert counted(rig) == pytest.approx(0.6)
    await rig.stop()


async def test_a_clock_that_is_set_loses_no_energy(time: Time, tmp_path: Path) -> None:
    """An hour ahead, back, and behind: the same watts for the same time."""
    source = "profile: generic, id: x, power: {topic: w}, max_age_seconds: 60"
    line, rig = await start(time, tmp_path, source)
    await line.send([("w", "600")])
    for step_seconds in (3900, -3900, -3900):
        time.set_clock(step_seconds)
        for _ in range(20):
            await line.send([("w", "600")], after_seconds=60)
    assert counted(rig) == pytest.approx(0.6)
    await rig.stop()


async def test_watt_minutes_that_begin_again_at_power_up(time: Time, tmp_path: Path) -> None:
    """A Shelly of the first generation after a power cut: what it had counted stays counted."""
    line, rig = await start(time, tmp_path, "profile: shelly_gen1, id: shellies/s")
    power, energy = "shellies/s/relay/0/power", "shellies/s/relay/0/energy"
    for minutes in range(60):
        await line.send([(power, "1000"), (energy, str(5_000_000 + minutes * 1000))], 60)
    before = counted(rig)
    assert before == pytest.approx(59 / 60, rel=2e-2)
    await line.send([("shellies/s/online", "false")], after_seconds=30)
    assert rig.state("device_1") == "unreachable"
    await line.send([("shellies/s/online", "true")], after_seconds=60)
    for minutes in range(60):
        await line.send([(power, "1000"), (energy, str(minutes * 1000))], 60)
    assert counted(rig) == pytest.approx(before + 60 / 60, rel=3e-2)
    await rig.stop()
