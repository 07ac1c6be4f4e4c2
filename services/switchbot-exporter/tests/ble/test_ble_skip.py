"""`SkipWhileReceived`: no call for what Bluetooth receives, and only for that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from exporter_kit import Exporter, PollGroup, Sample
from home_model.errors import UnreachableError
from home_model.readings import Reading
from home_model.sources import CloudSource
from service_kit.clock import Clock
from switchbot_exporter.ble.parse import Advert
from switchbot_exporter.ble.statistics import Statistics
from switchbot_exporter.both import skip_while_received

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECEIVED = CloudSource(source="cloud", id="60:55:F9:35:99:FF")
NOT_RECEIVED = CloudSource(source="cloud", id="60:55:F9:35:99:FE")
ADVERT = Advert(sequence=1, on=True, power_watts=5.0, overload=False)


@dataclass
class Cloud:
    """A cloud that records the devices read."""

    reads: list[str] = field(default_factory=list)

    async def read(self, sources: Sequence[CloudSource]) -> Mapping[CloudSource, Reading]:
        """Read the meters of one device, as the kit calls it."""
        self.reads.append(sources[0].id)
        return {source: Reading(at=NOW, power_watts=1.0) for source in sources}

    def exporter(self) -> Exporter:
        """Return an exporter with one metric of its own."""
        remaining = Sample("switchbot_api_requests_remaining", "gauge", "Left.", 9)
        return Exporter(
            (PollGroup(CloudSource, group=lambda source: source.id, read=self.read),),
            lambda: [remaining],
        )


@dataclass
class Seconds:
    """A clock that stands still."""

    now: float = 100.0


def poll_of(exporter: Exporter) -> PollGroup[CloudSource]:
    (poll,) = exporter.readers
    assert isinstance(poll, PollGroup)
    return poll


async def test_a_plug_that_was_just_received_costs_no_call() -> None:
    """The other plug is read as before; the saving is shown beside what remains."""
    cloud, seconds = Cloud(), Seconds()
    statistics = Statistics(Clock(monotonic=lambda: seconds.now))
    exporter = skip_while_received(cloud.exporter(), statistics, age_limit_seconds=120)
    statistics.record(RECEIVED.id, ADVERT, NOW)
    seconds.now += 120
    with pytest.raises(UnreachableError, match="CLOUD_RESTS_WHILE_BLE_FRESH"):
        await poll_of(exporter).read([RECEIVED])
    assert await poll_of(exporter).read([NOT_RECEIVED])
    assert cloud.reads == [NOT_RECEIVED.id]
    assert {value.name: value.value for value in exporter.samples()} == {
        "switchbot_api_requests_remaining": 9,
        "switchbot_api_requests_saved_total": 1,
    }


async def test_the_cloud_takes_over_when_the_plug_is_not_received_for_the_limit() -> None:
    """Out of reach: the cloud still sees it."""
    cloud, seconds = Cloud(), Seconds()
    statistics = Statistics(Clock(monotonic=lambda: seconds.now))
    exporter = skip_while_received(cloud.exporter(), statistics, age_limit_seconds=120)
    statistics.record(RECEIVED.id, ADVERT, NOW)
    seconds.now += 121
    assert await poll_of(exporter).read([RECEIVED])


async def test_the_cloud_takes_over_at_once_when_the_radio_died() -> None:
    """Its series left; waiting for the age limit would add a gap."""
    cloud, statistics = Cloud(), Statistics()
    exporter = skip_while_received(cloud.exporter(), statistics, age_limit_seconds=120)
    statistics.record(RECEIVED.id, ADVERT, NOW)
    statistics.forget_received()
    assert await poll_of(exporter).read([RECEIVED])


async def test_the_cloud_takes_over_at_once_from_a_plug_with_bad_advertisements() -> None:
    """Its Bluetooth series left with the first advertisement that could not be parsed."""
    cloud, statistics = Cloud(), Statistics()
    exporter = skip_while_received(cloud.exporter(), statistics, age_limit_seconds=120)
    statistics.record(RECEIVED.id, ADVERT, NOW)
    statistics.record_unreadable(RECEIVED.id)
    assert await poll_of(exporter).read([RECEIVED])
