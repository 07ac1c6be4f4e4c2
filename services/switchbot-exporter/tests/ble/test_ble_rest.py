"""`Rest`: the cloud is left alone for what is heard, and only for that."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from exporter_kit import Exporter, Poll, Sample
from home_model.errors import UnreachableError
from home_model.readings import Reading
from home_model.sources import CloudSource
from service_kit.clock import Clock
from switchbot_exporter.ble.advert import Advert
from switchbot_exporter.ble.hearing import Hearing
from switchbot_exporter.both import resting

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEARD = CloudSource(source="cloud", id="60:55:F9:35:99:FF")
UNHEARD = CloudSource(source="cloud", id="60:55:F9:35:99:FE")
ADVERT = Advert(sequence=1, on=True, power_watts=5.0, overload=False)


@dataclass
class Cloud:
    """Answers, and remembers whom it was asked about."""

    asked: list[str] = field(default_factory=list)

    async def read(self, source: CloudSource) -> Reading:
        """A reader as the kit knows it."""
        self.asked.append(source.id)
        return Reading(at=NOW, power_watts=1.0)

    def exporter(self) -> Exporter:
        """With one metric of its own."""
        remaining = Sample("switchbot_api_requests_remaining", "gauge", "Left.", 9)
        return Exporter((Poll(CloudSource, self.read),), lambda: [remaining])


@dataclass
class Seconds:
    """A clock that stands still."""

    now: float = 100.0


def rested(exporter: Exporter) -> Poll[CloudSource]:
    (poll,) = exporter.readers
    assert isinstance(poll, Poll)
    return poll


async def test_a_plug_that_was_just_heard_costs_no_call() -> None:
    """The other plug is asked as ever; the saving is shown beside what remains."""
    cloud, seconds = Cloud(), Seconds()
    hearing = Hearing(Clock(monotonic=lambda: seconds.now))
    exporter = resting(cloud.exporter(), hearing, age_limit_seconds=120)
    hearing.note(HEARD.id, ADVERT, NOW)
    seconds.now += 120
    with pytest.raises(UnreachableError, match="CLOUD_RESTS_WHILE_BLE_FRESH"):
        await rested(exporter).read(HEARD)
    assert await rested(exporter).read(UNHEARD)
    assert cloud.asked == [UNHEARD.id]
    assert {value.name: value.value for value in exporter.samples()} == {
        "switchbot_api_requests_remaining": 9,
        "switchbot_api_requests_saved_total": 1,
    }


async def test_the_cloud_takes_over_when_the_plug_is_unheard_for_the_limit() -> None:
    """Out of reach: the cloud still sees it."""
    cloud, seconds = Cloud(), Seconds()
    hearing = Hearing(Clock(monotonic=lambda: seconds.now))
    exporter = resting(cloud.exporter(), hearing, age_limit_seconds=120)
    hearing.note(HEARD.id, ADVERT, NOW)
    seconds.now += 121
    assert await rested(exporter).read(HEARD)


async def test_the_cloud_takes_over_at_once_when_the_radio_died() -> None:
    """Its series left; waiting for the age limit would be a silence of our own making."""
    cloud, hearing = Cloud(), Hearing()
    exporter = resting(cloud.exporter(), hearing, age_limit_seconds=120)
    hearing.note(HEARD.id, ADVERT, NOW)
    hearing.forget()
    assert await rested(exporter).read(HEARD)


async def test_the_cloud_takes_over_at_once_from_a_plug_that_speaks_nonsense() -> None:
    """Its Bluetooth series left with the first advert that could not be read."""
    cloud, hearing = Cloud(), Hearing()
    exporter = resting(cloud.exporter(), hearing, age_limit_seconds=120)
    hearing.note(HEARD.id, ADVERT, NOW)
    hearing.note_unreadable(HEARD.id)
    assert await rested(exporter).read(HEARD)
