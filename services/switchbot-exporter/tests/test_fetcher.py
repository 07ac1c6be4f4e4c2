"""`CloudFetcher`: one call for all meters of a device, and values that stand still."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import CloudSource
from switchbot_exporter.cloud.devices import AccountDevices
from switchbot_exporter.cloud.exporter import CloudFetcher
from switchbot_exporter.cloud.freshness import Freshness
from testbed.manual_clock import ManualClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAYLOADS = Path(__file__).parent / "payloads"
STALE_SECONDS = 7200


def payload(name: str) -> dict[str, object]:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


class Cloud:
    """Answers every status with one body, and counts."""

    def __init__(self, body: Mapping[str, object], clock: ManualClock) -> None:
        self.body, self.calls = dict(body), 0
        devices = AccountDevices(self._no_devices, clock.monotonic)
        freshness = Freshness(STALE_SECONDS, clock.monotonic)
        self.fetcher = CloudFetcher(self._status, devices, freshness, clock.now)

    async def _no_devices(self) -> Mapping[str, object]:
        return {"deviceList": []}

    async def _status(self, device_id: str) -> Mapping[str, object]:
        del device_id
        self.calls += 1
        return dict(self.body)

    async def read(self, source: CloudSource) -> Reading | SourceError:
        """Read one source."""
        return (await self.fetcher.read([source]))[source]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


def source(body: Mapping[str, object], meter: int | None = None) -> CloudSource:
    return CloudSource.model_validate({"source": "cloud", "id": body["deviceId"], "meter": meter})


async def test_both_meters_of_a_relay_are_read_by_one_call(clock: ManualClock) -> None:
    """Relay Switch 2PM: two readings of one instant, one call of the quota."""
    cloud = Cloud(payload("relay_switch_2pm_V0.7"), clock)
    sources = [source(cloud.body, meter) for meter in (1, 2)]
    results = await cloud.fetcher.read(sources)
    assert cloud.calls == 1
    readings = [result for result in results.values() if isinstance(result, Reading)]
    assert len(readings) == 2
    assert {reading.at for reading in readings} == {NOON}


async def test_a_wrong_meter_fails_alone(clock: ManualClock) -> None:
    """The other half of the relay keeps its reading."""
    cloud = Cloud(payload("relay_switch_2pm_V0.7"), clock)
    good, wrong = source(cloud.body, 1), source(cloud.body)
    results = await cloud.fetcher.read([good, wrong])
    assert isinstance(results[good], Reading)
    assert isinstance(results[wrong], RejectedError)


async def test_the_answer_for_another_device_is_no_reading(clock: ManualClock) -> None:
    """Whatever it holds."""
    cloud = Cloud(payload("plug_mini_jp_V2.0-2.0_mA"), clock)
    with pytest.raises(BadPayloadError, match="another device"):
        await cloud.read(CloudSource(source="cloud", id="0000000000FF"))


async def test_the_instant_of_the_last_change_is_shown(clock: ManualClock) -> None:
    """As over Bluetooth: a repeated answer keeps it, another value renews it."""
    cloud = Cloud(payload("plug_mini_jp_V2.0-2.0_mA"), clock)
    plug = source(cloud.body)

    async def changed_at() -> float:
        reading = await cloud.read(plug)
        assert isinstance(reading, Reading)
        return reading.extra["changed_timestamp_seconds"]

    assert await changed_at() == NOON.timestamp()
    clock.pass_by(minutes=30)
    assert await changed_at() == NOON.timestamp()
    cloud.body["voltage"] = 100.9
    assert await changed_at() == clock.now().timestamp()


async def test_values_that_stand_still_for_hours_under_load_are_not_believed(
    clock: ManualClock,
) -> None:
    """The hub answers from its cache; the first new value is believed at once."""
    cloud = Cloud(payload("plug_mini_jp_V2.0-2.0_mA"), clock)
    plug = source(cloud.body)
    assert isinstance(await cloud.read(plug), Reading)
    clock.pass_by(hours=1, minutes=59)
    assert isinstance(await cloud.read(plug), Reading)
    clock.pass_by(minutes=1)
    result = await cloud.read(plug)
    assert isinstance(result, UnreachableError)
    assert "the same values for 2.0 h" in result.reason
    cloud.body["voltage"] = 100.9
    assert isinstance(await cloud.read(plug), Reading)


@pytest.mark.parametrize("changed", [{"power": "off"}, {"weight": 0, "electricCurrent": 0}])
async def test_a_plug_without_a_load_may_stand_still(
    clock: ManualClock, changed: dict[str, object]
) -> None:
    """It has nothing new to send, and no energy is invented."""
    cloud = Cloud(payload("plug_mini_jp_V2.0-2.0_mA") | changed, clock)
    plug = source(cloud.body)
    for _ in range(3):
        assert isinstance(await cloud.read(plug), Reading)
        clock.pass_by(hours=5)
