"""Leave the cloud alone for a plug that is heard over Bluetooth: same electricity, no quota."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from exporter_kit import Sample
from home_model.errors import UnreachableError
from home_model.readings import Reading
from home_model.sources import CloudSource
from switchbot_exporter.ble.hearing import Hearing

type ReadCloud = Callable[[CloudSource], Awaitable[Reading]]


@dataclass(slots=True)
class Rest:
    """Stands before the cloud's reader. A plug is the same if its id is."""

    read_cloud: ReadCloud
    hearing: Hearing
    age_limit_seconds: float
    saved_calls: int = 0

    async def read(self, source: CloudSource) -> Reading:
        """Ask the cloud, unless the plug was just heard.

        Raises:
            UnreachableError: It was; the cloud's own series leave meanwhile, nothing is copied.
            SourceError: As `read_cloud`.
        """
        age_seconds = self.hearing.age_seconds(source.id)
        if age_seconds is None or age_seconds > self.age_limit_seconds:
            return await self.read_cloud(source)
        self.saved_calls += 1
        reason = "rests while the plug is heard over Bluetooth (CLOUD_RESTS_WHILE_BLE_FRESH)"
        raise UnreachableError(reason)

    def values(self) -> Iterator[Sample]:
        """What it is good for."""
        yield Sample(
            "switchbot_api_requests_saved_total",
            "counter",
            "Calls to the cloud not made because the plug was heard over Bluetooth.",
            self.saved_calls,
        )
