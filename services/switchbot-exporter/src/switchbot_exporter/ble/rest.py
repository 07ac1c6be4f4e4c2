"""Leave the cloud alone for a plug that is heard over Bluetooth: same electricity, no quota."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from exporter_kit.feeds import Value
from home_model.config import CloudSource
from home_model.errors import Unreachable
from home_model.readings import Reading
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
            Unreachable: It was; the cloud's own series leave meanwhile, nothing is copied.
            SourceError: As `read_cloud`.
        """
        age_seconds = self.hearing.age_seconds(source.id)
        if age_seconds is None or age_seconds > self.age_limit_seconds:
            return await self.read_cloud(source)
        self.saved_calls += 1
        reason = "rests while the plug is heard over Bluetooth (CLOUD_RESTS_WHILE_BLE_FRESH)"
        raise Unreachable(reason)

    def values(self) -> Iterator[Value]:
        """What it is good for."""
        yield Value(
            "switchbot_api_requests_saved_total",
            "counter",
            "Calls to the cloud not made because the plug was heard over Bluetooth.",
            self.saved_calls,
        )
