"""Cloud and Bluetooth in one process: two sources of a device, side by side."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import chain

from exporter_kit import Exporter, PollGroup, Sample
from home_model.errors import SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import CloudSource
from switchbot_exporter.ble.exporter import ble_feed
from switchbot_exporter.ble.settings import BleSettings
from switchbot_exporter.ble.statistics import Statistics
from switchbot_exporter.cloud.exporter import open_cloud
from switchbot_exporter.cloud.settings import CloudSettings

type Results = Mapping[CloudSource, Reading | SourceError]
type ReadCloud = Callable[[Sequence[CloudSource]], Awaitable[Results]]


class BothSettings(CloudSettings, BleSettings):
    """Settings of both fetchers.

    Attributes:
        cloud_rests_while_ble_fresh: Do not poll the cloud for a plug that was received within
            BLE_AGE_LIMIT_SECONDS; its quota goes to the others.
    """

    cloud_rests_while_ble_fresh: bool = False


@dataclass(slots=True)
class SkipWhileReceived:
    """Wraps the cloud's reader: a plug that Bluetooth receives costs no call of the quota.

    A plug is the same if its id is, which the sources of one read have in common.
    """

    read_cloud: ReadCloud
    statistics: Statistics
    age_limit_seconds: float
    saved_calls: int = 0

    async def read(self, sources: Sequence[CloudSource]) -> Results:
        """Read from the cloud, unless Bluetooth received the plug within the limit.

        Raises:
            UnreachableError: It did; the cloud's own series leave meanwhile, nothing is copied.
            SourceError: As `read_cloud`.
        """
        age_seconds = self.statistics.age_seconds(sources[0].id)
        if age_seconds is None or age_seconds > self.age_limit_seconds:
            return await self.read_cloud(sources)
        self.saved_calls += 1
        reason = "skipped while Bluetooth receives the plug (CLOUD_RESTS_WHILE_BLE_FRESH)"
        raise UnreachableError(reason)

    def samples(self) -> Iterator[Sample]:
        """Yield the calls saved."""
        yield Sample(
            "switchbot_api_requests_saved_total",
            "counter",
            "Calls to the cloud not made because the plug was heard over Bluetooth.",
            self.saved_calls,
        )


@asynccontextmanager
async def open_both(settings: BothSettings) -> AsyncGenerator[Exporter]:
    """Open the exporter of the account and the radio.

    Raises:
        ConfigError, CannotStartError: As `open_cloud`.
    """
    statistics = Statistics()
    async with open_cloud(settings) as opened:
        skips = settings.cloud_rests_while_ble_fresh
        limit_seconds = settings.ble_age_limit_seconds
        cloud = skip_while_received(opened, statistics, limit_seconds) if skips else opened
        yield Exporter(
            (*cloud.readers, ble_feed(settings, statistics)),
            lambda: chain(cloud.samples(), statistics.samples()),
        )


def skip_while_received(
    cloud: Exporter, statistics: Statistics, age_limit_seconds: float
) -> Exporter:
    """Return the same exporter, skipping plugs that Bluetooth receives; it counts how often."""
    (poll,) = (reader for reader in cloud.readers if isinstance(reader, PollGroup))
    skip = SkipWhileReceived(poll.read, statistics, age_limit_seconds)
    return replace(
        cloud,
        readers=(replace(poll, read=skip.read),),
        samples=lambda: chain(cloud.samples(), skip.samples()),
    )
