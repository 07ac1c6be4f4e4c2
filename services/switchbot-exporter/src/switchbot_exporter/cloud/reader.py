"""Read one plug through the cloud: all that this exporter knows beyond the kit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from home_model.readings import Reading
from home_model.sources import CloudSource
from switchbot_exporter.cloud.directory import Directory
from switchbot_exporter.cloud.parse import parse_status


@dataclass(frozen=True, slots=True)
class CloudReader:
    """Where the answers come from."""

    fetch_status: Callable[[str], Awaitable[Mapping[str, object]]]
    directory: Directory
    now: Callable[[], datetime]

    async def read(self, source: CloudSource) -> Reading:
        """The plug's present state, as it last told the cloud: seconds to a minute ago.

        Raises:
            SourceError: As `Client.fetch_status`, `Directory.check` and `parse_status`.
        """
        await self.directory.check(source.id)
        body = await self.fetch_status(source.id)
        return parse_status(
            body,
            listed_type=self.directory.type_of(source.id),
            meter=source.meter,
            at=self.now(),
        )
