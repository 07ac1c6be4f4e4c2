"""What is known of each device from its messages, and which device a topic is of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from paho.mqtt.client import topic_matches_sub

from home_model.errors import BadPayloadError, SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import MqttSource
from mqtt_gateway.parse import MAX_AHEAD, Message, Values, parse_online, parse_time, parse_values
from mqtt_gateway.profiles import Quantity, make_spec, max_age_seconds

# The device that a topic of a pattern is of.
CAPTURE = "+"

type Result = Reading | SourceError
type DownReason = Literal["broker_gone", "device_gone", "over_age"]


class NoTimeError(Exception):
    """A retained value of which it is not known when it was measured."""


@dataclass(frozen=True, slots=True)
class Update:
    """What a message changed.

    Attributes:
        result: For the exporter; None where there is nothing new.
        values: New values, for InfluxDB.
        at: When they were measured, as far as is known.
        problem: Why not all values of the message were good.
    """

    result: Result | None = None
    values: Values = field(default_factory=dict)
    at: datetime | None = None
    problem: SourceError | None = None


NOTHING = Update()


class Device:
    """One source: its latest values, each with its age."""

    def __init__(self, source: MqttSource) -> None:
        self.source, self.spec = source, make_spec(source)
        self.max_age_seconds = max_age_seconds(source)
        self.last: Reading | None = None
        self._zone = ZoneInfo(source.time_zone) if source.time_zone else None
        self._values: dict[Quantity, tuple[float, float]] = {}
        self._offline: dict[str, bool] = {}
        self._newest: datetime | None = None

    @property
    def tag(self) -> str:
        """Return the tag `source` of its points."""
        return self.source.influxdb_source or self.source.id

    def apply(self, message: Message) -> Update:
        """Take a message into account.

        Raises:
            BadPayloadError: It makes no sense.
            NoTimeError: It is retained and has no time of its own.
        """
        if not message.payload.body:
            return NOTHING  # a retained message was deleted
        for availability in self.spec.availability:
            if availability.topic == message.topic:
                is_online = parse_online(availability, message.payload)
                return self._set_online(message.topic, is_online=is_online)
        values, problem = parse_values(self.spec.values, message.topic, message.payload)
        return replace(self._apply_values(message, values), problem=problem) if values else NOTHING

    def offline_error(self) -> UnreachableError | None:
        """Return why the device is down by its own report, or its bridge's; else None."""
        topics = [topic for topic, is_offline in self._offline.items() if is_offline]
        if not topics:
            return None
        return UnreachableError(f"{topics[0]} has reported that it is offline: has it power?")

    def down_reason(self, now: datetime, *, is_connected: bool) -> DownReason | None:
        """Return why there is no reading that counts; None where there is one."""
        if not is_connected:
            return "broker_gone"
        if any(self._offline.values()):
            return "device_gone"
        if self.last and (now - self.last.at).total_seconds() <= self.max_age_seconds:
            return None
        return "over_age"

    def _set_online(self, topic: str, *, is_online: bool | None) -> Update:
        if is_online is None:
            return NOTHING
        before = self._offline.get(topic, False)
        self._offline[topic] = not is_online
        if is_online or before:
            return NOTHING
        # What it reported before it went is not what it measures when it comes back.
        self._values.clear()
        self.last = None
        return Update(self.offline_error())

    def _apply_values(self, message: Message, values: Values) -> Update:
        own_time = parse_time(
            self.spec.times, message.topic, message.payload, self._zone, message.at
        )
        if own_time is None and message.is_retained:
            raise NoTimeError
        at = own_time or message.at
        # Without a time of its own it is of now, also after the gateway's clock was set back.
        # So is the newest one, if it would be in the future now.
        newest = self._newest if self._newest and self._newest <= message.at + MAX_AHEAD else None
        if own_time is not None and newest is not None and own_time < newest:
            return Update(values=values, at=at)  # it was kept by the broker: others are newer
        self._keep(values, message.monotonic - max(0.0, (message.at - at).total_seconds()))
        self.last = self._reading(values, self._next_instant(at), message.monotonic)
        self._newest = at
        if self.last is None:
            return Update(BadPayloadError("the device reports that it has no value now"))
        return Update(self.offline_error() or self.last, values, at)

    def _next_instant(self, at: datetime) -> datetime:
        """Return a time after that of the reading before: a counter ignores a repeated one.

        Power and energy of one instant may come in two messages.
        """
        if at != self._newest or self.last is None:
            return at
        return self.last.at + timedelta(microseconds=1)

    def _keep(self, values: Values, measured: float) -> None:
        if self.spec.overlays:
            self._values = {q: (value, measured) for q, (value, _) in self._values.items()}
        for quantity, value in values.items():
            if value is None:
                self._values.pop(quantity, None)
            else:
                self._values[quantity] = (value, measured)

    def _reading(self, new: Values, at: datetime, monotonic: float) -> Reading | None:
        held = {
            quantity: value
            for quantity, (value, measured) in self._values.items()
            if monotonic - measured <= self.max_age_seconds or quantity in new
        }
        if not held:
            return None
        # A counter that a message does not have is not reported to have stood still.
        return Reading(
            at=at,
            power_watts=held.get("power"),
            voltage_volts=held.get("voltage"),
            current_amperes=held.get("current"),
            energy_lifetime_kwh=new.get("energy"),
            energy_today_kwh=new.get("energy_today"),
            energy_exported_kwh=held.get("energy_exported"),
        )


class TooManyDevicesError(Exception):
    """A pattern has matched more devices than allowed."""


class Devices:
    """All devices by topic.

    Args:
        patterns: Sources whose id has a `+`: each name that has values in its place is a device,
            until there are too many.
        max_devices: Of those.
    """

    def __init__(self, patterns: Iterable[MqttSource] = (), max_devices: int = 0) -> None:
        self._patterns = {source: make_spec(source) for source in patterns}
        self._max_devices = max_devices
        self._captured: dict[MqttSource, Device] = {}
        self._fixed: dict[MqttSource, Device] = {}
        self._by_topic: dict[str, list[Device]] = {}
        self._filters: Mapping[str, bool] = {}

    def __iter__(self) -> Iterator[Device]:
        yield from self._fixed.values()
        yield from self._captured.values()

    def set_fixed(self, sources: Iterable[MqttSource]) -> None:
        """Replace the devices that are configured by name; those that stay keep what is known."""
        self._fixed = {source: self._fixed.get(source) or Device(source) for source in sources}
        self._by_topic = {}
        for device in self:
            self._add(device)
        specs = (*(device.spec for device in self._fixed.values()), *self._patterns.values())
        online = {each.topic for spec in specs for each in spec.availability}
        self._filters = {t: t in online for spec in specs for t in sorted(spec.topics)}

    def get(self, source: MqttSource) -> Device | None:
        """Return the device of a source."""
        return self._fixed.get(source)

    def filters(self) -> Mapping[str, bool]:
        """Return every topic filter to subscribe to, and whether it is of availability."""
        return self._filters

    def find(self, topic: str) -> list[Device]:
        """Return the devices that a topic is of; none for one that is not configured."""
        return self._by_topic.get(topic, [])

    def matching(self, topic: str) -> Device | None:
        """Return a new device that a pattern makes of a topic; it is not one of these yet."""
        for source, spec in self._patterns.items():
            for pattern in spec.topics:
                if CAPTURE in pattern and topic_matches_sub(pattern, topic):
                    level = pattern.split("/").index(CAPTURE)
                    return Device(name_source(source, topic.split("/")[level]))
        return None

    def capture(self, device: Device) -> None:
        """Add a device of a pattern.

        Raises:
            TooManyDevicesError: It would be one more than allowed.
        """
        if len(self._captured) >= self._max_devices:
            raise TooManyDevicesError
        self._captured[device.source] = device
        self._add(device)

    def _add(self, device: Device) -> None:
        for topic in device.spec.topics:
            self._by_topic.setdefault(topic, []).append(device)


def name_source(source: MqttSource, name: str) -> MqttSource:
    """Return a source of a pattern with a name in place of each `+`."""

    def named(part: object) -> object:
        if isinstance(part, dict):
            return {key: named(each) for key, each in part.items() if key != "time_zone"}
        return part.replace(CAPTURE, name) if isinstance(part, str) else part

    fields = source.model_dump(exclude_none=True)
    return MqttSource.model_validate(
        {**{key: named(each) for key, each in fields.items()}, "time_zone": source.time_zone}
    )
