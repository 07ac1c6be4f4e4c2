"""Wiring: one client for each address, and the readings of the sources behind it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from exporter_kit import Exporter, PollGroup
from home_model.errors import RejectedError, SourceError
from home_model.readings import Reading
from home_model.sources import ShellySource
from service_kit.clock import Clock
from shelly_exporter.client import Client
from shelly_exporter.continuity import Past, Rules, advance
from shelly_exporter.errors import other_device_error
from shelly_exporter.parse import MeterReading, Status, check_phases, list_reversed, parse_status
from shelly_exporter.settings import Settings

LOG = logging.getLogger(__name__)

type Sources = Sequence[ShellySource]


class ShellyReader:
    """All devices, one client for each address, opened at the first read."""

    def __init__(
        self, open_client: Callable[[str], Client], stale_seconds: float, clock: Clock
    ) -> None:
        self._open_client, self._stale_seconds, self._clock = open_client, stale_seconds, clock
        self._clients: dict[str, tuple[tuple[ShellySource, ...], Client]] = {}
        self._pasts: dict[tuple[str, ...], Past] = {}
        self._errors: dict[tuple[str, ...], tuple[str, ...]] = {}

    async def read(self, sources: Sources) -> Mapping[ShellySource, Reading | SourceError]:
        """Read the device of these sources, which have one address.

        Raises:
            SourceError: The whole device gave nothing.
        """
        client = await self._client(sources)
        answer = await client.read_status(_macs(sources))
        status = parse_status(answer, self._clock.now())
        if status.mac not in _macs(sources):
            client.forget_identity()
        return {source: self._result(status, source) for source in sources}

    async def inspect(self, sources: Sources) -> None:
        """Log where a device turns the sign of its meters round: generation would be use."""
        for address in dict.fromkeys(source.address for source in sources):
            of_address = [source for source in sources if source.address == address]
            client = await self._client(of_address)
            try:
                config = await client.read_config(_macs(of_address))
            except SourceError:
                continue  # the poll logs why
            for component in list_reversed(config):
                LOG.info("%s turns the sign of %s round (`reverse`)", address, component)

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(client.close() for _, client in self._clients.values()))

    async def _client(self, sources: Sources) -> Client:
        """Return the client of an address; a change of the configuration ends its pause."""
        address, wanted = sources[0].address, tuple(sources)
        known, client = self._clients.get(address, ((), None))
        if client is None or known != wanted:
            if client is not None:
                await client.close()
            client = self._open_client(address)
            self._clients[address] = (wanted, client)
        return client

    def _result(self, status: Status, source: ShellySource) -> Reading | SourceError:
        try:
            return self._reading(status, source)
        except SourceError as error:
            return error

    def _reading(self, status: Status, source: ShellySource) -> Reading | SourceError:
        meter = select_meter(status, source)
        self._log_errors(source, meter)
        netted = source.phases == "netted"
        if isinstance(meter.reading, Reading):
            check_phases(meter.reading, meter.component, netted=netted)
        rules = Rules(self._stale_seconds, source.gap_limit_seconds, netted)
        key = (*source.key, meter.component)
        past, result = advance(
            self._pasts.get(key), meter, status.uptime_seconds, self._clock.monotonic(), rules
        )
        if past is not None:
            self._pasts[key] = past
        return result

    def _log_errors(self, source: ShellySource, meter: MeterReading) -> None:
        """Log the device's own errors when they change; the list of them is open."""
        if meter.errors != self._errors.get(source.key, ()):
            errors = ", ".join(meter.errors) or "no error any more"
            LOG.warning("%s at %s reports %s", meter.component, source.address, errors)
        self._errors[source.key] = meter.errors


def _macs(sources: Sources) -> frozenset[str]:
    return frozenset(source.id for source in sources)


def select_meter(status: Status, source: ShellySource) -> MeterReading:
    """Return the meter of a source.

    Raises:
        RejectedError: Another device has the address, or the configuration names the wrong meter.
    """
    if status.mac != source.id:
        raise other_device_error(source.address, status.mac, source.id)
    numbers = sorted(status.meters)
    if not numbers:
        message = f"the device at {source.address} has no energy meter"
        raise RejectedError(message)
    number = numbers[0] if source.meter is None and len(numbers) == 1 else source.meter
    if number is not None and number in status.meters:
        return status.meters[number]
    meters = ", ".join(f"{number} ({status.meters[number].component})" for number in numbers)
    wrong = "no `meter` is configured" if source.meter is None else f"there is no {source.meter}"
    message = f"the device at {source.address} has the meters {meters}: {wrong}"
    raise RejectedError(message)


def make_reader(settings: Settings, clock: Clock) -> ShellyReader:
    """Return the reader of all devices."""
    password = settings.shelly_password.get_secret_value()

    def open_client(address: str) -> Client:
        return Client(address, password, settings.answer_seconds, clock)

    return ShellyReader(open_client, settings.shelly_stale_seconds, clock)


@asynccontextmanager
async def open_exporter(settings: Settings) -> AsyncGenerator[Exporter]:
    """Open the exporter, for as long as it runs; its connections end with it."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    reader = make_reader(settings, Clock())
    devices = PollGroup(
        ShellySource,
        group=lambda source: source.address,
        read=reader.read,
        inspect=reader.inspect,
    )
    try:
        yield Exporter(readers=(devices,))
    finally:
        await reader.close()
