"""Wiring: one session for each address, and the readings of the sources behind it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from exporter_kit import Exporter, PollGroup
from home_model.errors import BadPayloadError, RejectedError, SourceError
from home_model.readings import Reading
from home_model.sources import NativeSource
from tp_link_native_exporter.probe import Address
from tp_link_native_exporter.session import PlugReadings, Session
from tp_link_native_exporter.settings import Settings

LOG = logging.getLogger(__name__)


class NativeFetcher:
    """All sessions, one for each address, opened at the first read."""

    def __init__(self, open_session: Callable[[Address], Session]) -> None:
        self._open_session = open_session
        self._sessions: dict[Address, Session] = {}
        self._reasons: dict[NativeSource, set[str]] = {}

    async def read(
        self, sources: Sequence[NativeSource]
    ) -> Mapping[NativeSource, Reading | SourceError]:
        """Read the plug or strip of these sources, which have one address.

        Raises:
            SourceError: The whole plug gave nothing.
        """
        address = Address.parse(sources[0].address)
        if address not in self._sessions:
            self._sessions[address] = self._open_session(address)
        try:
            readings = await self._sessions[address].read()
        except SourceError as error:
            self._log_later_reasons(dict.fromkeys(sources, error))
            raise
        results = {source: select_outlet(readings, source) for source in sources}
        self._log_later_reasons(results)
        return results

    async def close(self) -> None:
        """End every session."""
        await asyncio.gather(*(session.close() for session in self._sessions.values()))

    def _log_later_reasons(self, results: Mapping[NativeSource, Reading | SourceError]) -> None:
        """Log causes that are found after the first failure, once; the kit logs the first."""
        of_plug = set[str]().union(*(self._reasons.get(source, set()) for source in results))
        for source, result in results.items():
            if not isinstance(result, SourceError):
                self._reasons.pop(source, None)
                continue
            logged = self._reasons.setdefault(source, set())
            if logged and result.reason not in of_plug:
                LOG.warning("the plug at %s: %s", source.address, result.reason)
            logged.add(result.reason)
            of_plug.add(result.reason)


def select_outlet(readings: PlugReadings, source: NativeSource) -> Reading | SourceError:
    """Return the reading of the source's outlet, or why it has none.

    It is rejected when another plug has the address, or the configuration names the wrong outlet.
    """
    if readings.mac != source.id:
        return RejectedError(
            f"another plug answers at {source.address}: {readings.model} {_pairs(readings.mac)}, "
            f"not {_pairs(source.id)}; correct the address, or reserve it in the router"
        )
    count = max(readings.outlets)
    meter = 1 if source.meter is None and count == 1 else source.meter
    if meter is None:
        return RejectedError(
            f"{readings.model} has {count} outlets: configure `meter`, from 1 to {count}"
        )
    if meter > count:
        return RejectedError(f"{readings.model} has no outlet {meter}; the last is {count}")
    missing = BadPayloadError(f"the answer of {readings.model} lacks outlet {meter}")
    return readings.outlets.get(meter, missing)


def _pairs(mac: str) -> str:
    return ":".join(mac[i : i + 2] for i in range(0, len(mac), 2))


@asynccontextmanager
async def open_exporter(settings: Settings) -> AsyncGenerator[Exporter]:
    """Open the exporter, for as long as it runs; its sessions end with it."""
    # It logs every failing module at every update; the exporter logs each cause once.
    logging.getLogger("kasa").setLevel(logging.CRITICAL)
    credentials, limits = settings.credentials(), settings.time_limits()
    fetcher = NativeFetcher(lambda address: Session(address, credentials, limits))
    plugs = PollGroup(NativeSource, group=lambda source: source.address, read=fetcher.read)
    try:
        yield Exporter(readers=(plugs,))
    finally:
        await fetcher.close()
