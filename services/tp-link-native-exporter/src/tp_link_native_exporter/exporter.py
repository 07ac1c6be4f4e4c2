"""Wiring: one session for each address, and the reader of one outlet."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from exporter_kit.feeds import Exporter, Poll
from home_model.config import NativeSource
from home_model.errors import Rejected, SourceError
from home_model.readings import Reading
from tp_link_native_exporter.probe import Address
from tp_link_native_exporter.session import PlugReadings, Session
from tp_link_native_exporter.settings import Settings

LOG = logging.getLogger(__name__)


class NativeReader:
    """All sessions, one for each address, opened at the first read."""

    def __init__(self, open_session: Callable[[Address], Session]) -> None:
        self._open_session = open_session
        self._sessions: dict[Address, Session] = {}
        self._reasons: dict[tuple[str, int | None], set[str]] = {}

    async def read(self, source: NativeSource) -> Reading:
        """Read one outlet of one plug.

        Raises:
            SourceError: There is no reading of this very outlet of this very plug.
        """
        address = Address.parse(source.address)
        if address not in self._sessions:
            self._sessions[address] = self._open_session(address)
        try:
            reading = select_outlet(await self._sessions[address].read(), source)
        except SourceError as error:
            self._log_later_reason(source, error.reason)
            raise
        self._reasons.pop((source.address, source.outlet), None)
        return reading

    async def close(self) -> None:
        """End every session."""
        await asyncio.gather(*(session.close() for session in self._sessions.values()))

    def _log_later_reason(self, source: NativeSource, reason: str) -> None:
        """Log a cause that is found after the first failure, once; the kit logs the first."""
        of_strip = [reasons for (at, _), reasons in self._reasons.items() if at == source.address]
        logged = self._reasons.setdefault((source.address, source.outlet), set())
        if logged and not any(reason in reasons for reasons in of_strip):
            LOG.warning("the plug at %s: %s", source.address, reason)
        logged.add(reason)


def select_outlet(readings: PlugReadings, source: NativeSource) -> Reading:
    """Return the reading of the source's outlet.

    Raises:
        Rejected: Another plug has the address, or the configuration names the wrong outlet.
        SourceError: What is wrong with this outlet.
    """
    if readings.mac != source.id:
        message = (
            f"another plug answers at {source.address}: {readings.model} {_pairs(readings.mac)}, "
            f"not {_pairs(source.id)}; correct the address, or reserve it in the router"
        )
        raise Rejected(message)
    result = readings.outlets[_position(readings, source)]
    if isinstance(result, SourceError):
        raise result
    return result


def _position(readings: PlugReadings, source: NativeSource) -> int:
    count = len(readings.outlets)
    if count == 1 and source.outlet in {None, 0}:
        return 0
    if source.outlet is None:
        message = f"{readings.model} has {count} outlets: configure `outlet`, from 0 to {count - 1}"
        raise Rejected(message)
    if source.outlet >= count:
        message = f"{readings.model} has no outlet {source.outlet}; the last is {count - 1}"
        raise Rejected(message)
    return source.outlet


def _pairs(mac: str) -> str:
    return ":".join(mac[i : i + 2] for i in range(0, len(mac), 2))


@asynccontextmanager
async def open_exporter(settings: Settings) -> AsyncGenerator[Exporter]:
    """Open the exporter, for as long as it runs; its sessions end with it."""
    # It logs every failing module at every update; the exporter logs each cause once.
    logging.getLogger("kasa").setLevel(logging.CRITICAL)
    credentials, limits = settings.credentials(), settings.time_limits()
    reader = NativeReader(lambda address: Session(address, credentials, limits))
    try:
        yield Exporter(feeds=(Poll(NativeSource, reader.read),))
    finally:
        await reader.close()
