"""Messages of the broker as readings for the exporter and as points for InfluxDB."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from exporter_kit import Sample
from home_model.errors import BadPayloadError
from home_model.sources import MqttSource
from mqtt_gateway.client import Connection
from mqtt_gateway.devices import (
    Device,
    Devices,
    DownReason,
    NoTimeError,
    Result,
    TooManyDevicesError,
    Update,
)
from mqtt_gateway.parse import MAX_PAYLOAD_BYTES, Message
from service_kit.clock import Clock
from service_kit.obstacles import why_not_written
from timeseries_io.forwarding import Outbox
from timeseries_io.line_protocol import Point

LOG = logging.getLogger(__name__)

MEASUREMENT = "power"
FIELD_OF_QUANTITY = {
    "power": "instant_power_w",
    "energy": "energy_import_kwh",
    "energy_exported": "energy_export_kwh",
}
NS_PER_US = 1_000
RETRY_SECONDS = 5.0
# So many different complaints of one kind are logged; all are counted.
MAX_LOGGED = 20
MAX_SHOWN_LENGTH = 200

# Points that wait in memory while the volume cannot be written: some hours of a house.
MAX_UNKEPT_POINTS = 50_000

type SourceResult = tuple[MqttSource, Result]
type Handled = Literal[
    "used",
    "no_value",
    "unknown_topic",
    "too_many_devices",
    "bad_payload",
    "no_time",
    "too_large",
    "internal_error",
]
DOWN_REASONS: tuple[DownReason, ...] = ("broker_gone", "device_gone", "over_age")


class Gateway:
    """Takes the messages of a connection, in their order.

    Args:
        connection: To the broker.
        devices: All that are configured.
        own_sources: Those that are only written to InfluxDB.
        outbox: Where points are kept; None where they are not wanted.
        clock: For ages.
    """

    def __init__(
        self,
        connection: Connection,
        devices: Devices,
        own_sources: Sequence[MqttSource],
        outbox: Outbox | None,
        clock: Clock,
    ) -> None:
        self.connection, self._devices, self._clock = connection, devices, clock
        self._own_sources, self._outbox = tuple(own_sources), outbox
        self._home_sources: tuple[MqttSource, ...] = ()
        self._reported: frozenset[MqttSource] = frozenset()
        self._results: Callable[[SourceResult], None] = lambda _: None
        self._handled = Counter[Handled]()
        # Of messages that were handled: points that are not on disk, what the broker waits for.
        self._unkept: list[Point] = []
        self._unacknowledged: list[Callable[[], object]] = []
        self._retry_at, self._dropped_points = 0.0, 0
        self._logged: dict[Handled, set[str]] = {}
        devices.set_fixed(self._own_sources)
        connection.on_change = self._report_connection

    async def run(self) -> None:
        """Handle messages until cancelled."""
        while True:
            await self._handle(await self._take())

    async def _take(self) -> Sequence[Message]:
        """Wait for messages; while some cannot be kept, only until that is tried again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RETRY_SECONDS if self._unkept else None):
                return await self.connection.take()
        return ()

    async def stream(self, sources: Sequence[MqttSource]) -> AsyncGenerator[SourceResult]:
        """Yield the readings of these sources, or why they have none."""
        results = asyncio.Queue[SourceResult]()
        self._home_sources, self._results = tuple(sources), results.put_nowait
        self._reported = frozenset(sources)
        self._devices.set_fixed((*self._own_sources, *self._home_sources))
        self.connection.subscribe()
        self._report_connection()
        try:
            while True:
                yield await results.get()
        finally:
            if self._results == results.put_nowait:  # no newer stream has taken its place
                self._results = lambda _: None

    def samples(self) -> Iterator[Sample]:
        """Yield the gateway's own metrics, from memory."""
        yield Sample(
            "mqtt_broker_connected", "gauge", "1 if the broker has accepted the connection.",
            float(self.connection.is_connected),
        )  # fmt: skip
        yield Sample(
            "mqtt_lost_connections_total", "counter", "Connections to the broker that ended.",
            self.connection.lost_connections,
        )  # fmt: skip
        yield Sample(
            "mqtt_refused_filters_total", "counter",
            "Subscriptions that the broker did not allow.", self.connection.refused_filters,
        )  # fmt: skip
        for handled in Handled.__value__.__args__:
            yield Sample(
                "mqtt_messages_total", "counter", "Messages by what became of them.",
                self._handled[handled], {"handled": handled},
            )  # fmt: skip
        yield from self._down_reasons()
        if self._outbox:
            yield Sample(
                "mqtt_unkept_points_dropped_total", "counter",
                "Oldest points that were dropped from memory: they could not be put on disk.",
                self._dropped_points,
            )  # fmt: skip
            yield from (Sample(*each) for each in self._outbox.metrics("mqtt_forward"))

    def _down_reasons(self) -> Iterator[Sample]:
        now, is_connected = self._clock.now(), self.connection.is_connected
        for source in self._home_sources:
            device = self._devices.get(source)
            reason = device and device.down_reason(now, is_connected=is_connected)
            topic = "/".join(filter(None, source.key))
            for each in DOWN_REASONS:
                yield Sample(
                    "mqtt_device_down", "gauge",
                    "1 for the reason why a device has no reading that counts, else 0.",
                    float(each == reason), {"topic": topic, "reason": each},
                )  # fmt: skip

    def _report_connection(self) -> None:
        """Report that all devices are down, or what still counts of each after an outage."""
        if not self.connection.was_attempted:
            return
        now = self._clock.now()
        for source in self._home_sources:
            if (problem := self.connection.problem) is not None:
                self._results((source, problem))
                continue
            device = self._devices.get(source)
            if device and device.last and device.down_reason(now, is_connected=True) is None:
                self._results((source, device.last))

    async def _handle(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._handled[self._apply(message, self._unkept)] += 1
            if message.acknowledge:
                self._unacknowledged.append(message.acknowledge)
        if self._clock.monotonic() >= self._retry_at:
            await self._keep()
        if (excess := len(self._unkept) - MAX_UNKEPT_POINTS) > 0:
            del self._unkept[:excess]
            self._dropped_points += excess

    async def _keep(self) -> None:
        """Put on disk what is not there; only then the broker is acknowledged to.

        While that fails readings go on: the points wait in memory, and at the broker.
        """
        try:
            if self._unkept and self._outbox:
                await self._outbox.keep(self._unkept)
        except SQLAlchemyError as error:
            self._log_failure(error)
            self._retry_at = self._clock.monotonic() + RETRY_SECONDS
            return
        for acknowledge in self._unacknowledged:
            acknowledge()
        self._unkept.clear()
        self._unacknowledged.clear()
        if self._retry_at:
            LOG.info("points are kept again")
        self._retry_at = 0.0

    def _log_failure(self, error: SQLAlchemyError) -> None:
        if not self._retry_at:
            reason = why_not_written(error)
            LOG.warning("points cannot be kept, and wait in memory: %s", reason)

    def _apply(self, message: Message, points: list[Point]) -> Handled:
        if len(message.payload.body) > MAX_PAYLOAD_BYTES:
            text = f"{message.topic}: a payload of {len(message.payload.body)} bytes"
            return self._log_once("too_large", text)
        devices = self._devices.find(message.topic)
        if not devices:
            return self._apply_new(message, points)
        # One topic may be of several devices: the channels of one meter, those behind a bridge.
        handled = [self._apply_to(device, message, points) for device in devices]
        return next((each for each in handled if each != "used"), "used")

    def _apply_new(self, message: Message, points: list[Point]) -> Handled:
        topic = message.topic[:MAX_SHOWN_LENGTH]
        if (device := self._devices.matching(message.topic)) is None:
            if message.topic in self._devices.filters():
                return "no_value"  # the state of a bridge of which no device is known yet
            return self._log_once("unknown_topic", f"{topic} is of no configured device")
        found: list[Point] = []
        handled = self._apply_to(device, message, found)
        if not found:
            return handled
        try:
            self._devices.capture(device)
        except TooManyDevicesError:
            text = f"{topic} is of one device more than max_devices"
            return self._log_once("too_many_devices", text)
        LOG.info("found %s", device.source.id)
        # Whether it is there may have been published before it was known.
        self.connection.subscribe(all_of_availability=True)
        points += found
        return handled

    def _apply_to(self, device: Device, message: Message, points: list[Point]) -> Handled:
        try:
            update = device.apply(message)
        except BadPayloadError as error:
            self._report(device, error)
            return self._log_once("bad_payload", f"{message.topic}: {error.reason}")
        except NoTimeError:
            text = f"{message.topic}: retained, and it has no time of its own: not used"
            return self._log_once("no_time", text)
        except Exception:
            LOG.exception("%s: a message could not be handled", message.topic)
            self._report(device, BadPayloadError("a message could not be handled; see the log"))
            return "internal_error"
        if update.result is not None:
            self._report(device, update.result)
        points += make_points(device, update)
        if update.problem:
            return self._log_once("bad_payload", f"{message.topic}: {update.problem.reason}")
        return "used" if update.values or update.result else "no_value"

    def _report(self, device: Device, result: Result) -> None:
        if device.source in self._reported:
            self._results((device.source, result))

    def _log_once(self, handled: Handled, text: str) -> Handled:
        """Log a complaint unless it was, or many of its kind; return the kind."""
        logged = self._logged.setdefault(handled, set())
        if text not in logged and len(logged) < MAX_LOGGED:
            logged.add(text)
            LOG.warning("%s", text)
        return handled


def make_points(device: Device, update: Update) -> list[Point]:
    """Return the point of new values; none where there is nothing that InfluxDB is given."""
    fields: Mapping[str, float] = {
        FIELD_OF_QUANTITY[quantity]: value
        for quantity, value in update.values.items()
        if quantity in FIELD_OF_QUANTITY and value is not None
    }
    if not fields or update.at is None:
        return []
    at_ns = round(update.at.timestamp() * 1_000_000) * NS_PER_US
    return [Point(MEASUREMENT, {"source": device.tag}, fields, at_ns)]
