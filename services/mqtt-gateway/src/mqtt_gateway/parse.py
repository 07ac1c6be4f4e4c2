"""Parse one message of a device: numbers in our units, its time, whether it is there. Pure."""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from home_model.errors import BadPayloadError
from home_model.readings import VOLTAGE_RANGE_VOLTS
from home_model.sources import CIRCUIT_MAX_POWER_WATTS
from mqtt_gateway.profiles import Availability, Quantity, Time, Value

MAX_PAYLOAD_BYTES = 64 * 1024
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
STEP = re.compile(r'"([^"]+)"|\[(\d+)\]|([^.\[\]"]+)')
# What senders publish in place of a number that they do not have.
# The sign of a number that is none is as C prints it.
UNAVAILABLE = frozenset({"nan", "-nan", "none", "null", "unavailable", "unknown"})
# A device without a clock begins near 1970, or where its firmware was built.
FIRST_POSSIBLE_TIME = datetime(2020, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(minutes=1)
MAX_SHOWN_LENGTH = 40
# More than any counter shows, and amperes than any circuit carries.
MAX_ENERGY_KWH = 1e9
MAX_CURRENT_AMPERES = CIRCUIT_MAX_POWER_WATTS / VOLTAGE_RANGE_VOLTS[0]
# What C prints in place of a number, where JSON has no word for it.
NO_NUMBER = re.compile(rb"(?<=[:\[,\s])-?(?:nan|inf(?:inity)?)(?=[\s,\]}])", re.IGNORECASE)
MAX_MILLISECONDS = 253_402_300_799_000


class Missing:
    """The type of MISSING."""


MISSING = Missing()

# A value that the device reports not to have is None.
type Values = Mapping[Quantity, float | None]


@dataclass(frozen=True, slots=True)
class Payload:
    """What a message carries, decoded once."""

    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever JSON it is
        """Return the parsed JSON.

        Raises:
            BadPayloadError: It is none.
        """
        try:
            return orjson.loads(self._content)
        except orjson.JSONDecodeError as error:
            # NaN costs the numbers beside it nothing.
            with suppress(ValueError, RecursionError):
                return json.loads(NO_NUMBER.sub(b"NaN", self._content), parse_int=float)
            message = f"the payload {_shown(self.body)} is not JSON ({error})"
            raise BadPayloadError(message) from None

    def text(self) -> str:
        """Return the text.

        Raises:
            BadPayloadError: It is not UTF-8.
        """
        try:
            return self._content.decode().strip()
        except UnicodeDecodeError:
            message = f"the payload {_shown(self.body)} is not UTF-8"
            raise BadPayloadError(message) from None

    @property
    def _content(self) -> bytes:
        """The body without a mark of its encoding, and without the end of a text in C."""
        return self.body.removeprefix(codecs.BOM_UTF8).rstrip(b"\0")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it arrived.

    Attributes:
        at: When it arrived, by our clock.
        monotonic: Likewise, for ages.
        is_retained: It is an old one, which the broker kept.
        acknowledge: Has the broker forget it; None where the broker waits for nothing (QoS 0).
    """

    topic: str
    payload: Payload
    at: datetime
    monotonic: float
    is_retained: bool
    acknowledge: Callable[[], object] | None = None


class NoNumberError(BadPayloadError):
    """A value of a message is no number, or one that cannot be; others may be good."""


def parse_values(
    values: tuple[Value, ...], topic: str, payload: Payload
) -> tuple[Values, NoNumberError | None]:
    """Return what a message has of the quantities; of alternatives the first that it has.

    One that is no number, or cannot be, is returned as not there, with the reason beside it.

    Raises:
        BadPayloadError: It has no good value, or another shape than what is configured.
    """
    of_topic = [value for value in values if value.topic == topic]
    document = payload.json() if any(value.path for value in of_topic) else None
    found: dict[Quantity, float | None] = {}
    problem: NoNumberError | None = None
    for value in of_topic:
        if value.quantity in found:
            continue
        raw = walk(document, value.path) if value.path else payload.text()
        try:
            number = _number(value, raw)
            if not isinstance(number, Missing):
                found[value.quantity] = _checked(value, number)
        except NoNumberError as error:
            found[value.quantity] = None
            problem = problem or error
    if problem and all(number is None for number in found.values()):
        raise problem
    return found, problem


def walk(document: object, path: str) -> object:
    """Return the part of a JSON document at a path such as `ENERGY.Power[0]`, or MISSING."""
    for step in STEP.finditer(path):
        key, index = step[1] or step[3], step[2]
        if index is not None:
            if not isinstance(document, list):
                return NotAList(document)
            document = document[int(index)] if int(index) < len(document) else MISSING
        else:
            document = document.get(key, MISSING) if isinstance(document, dict) else MISSING
        if document is MISSING:
            return MISSING
    return document


@dataclass(frozen=True, slots=True)
class NotAList:
    """What an index was applied to."""

    value: object


def _number(value: Value, raw: object) -> float | Missing | None:
    """Return the number, None where the device has none now, MISSING where it is not there."""
    if raw is MISSING or raw is None:
        return MISSING if raw is MISSING else None
    if isinstance(raw, list | dict | NotAList):
        if not value.is_strict:
            return MISSING
        raise BadPayloadError(_wrong_shape(value, raw))
    if isinstance(raw, str):
        text = raw.strip()
        if not text or text.lower() in UNAVAILABLE:
            return None
        if NUMBER.fullmatch(text):
            raw = float(text)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(raw):
        message = f"{_name(value)} is {_shown(raw)}, which is no number"
        raise NoNumberError(message)
    return None if raw == value.null else float(raw) * value.factor / value.parts


def _wrong_shape(value: Value, raw: object) -> str:
    if isinstance(raw, NotAList):
        return f"{_name(value)} is {_shown(raw.value)}, no list: remove the index or `meter`"
    if isinstance(raw, list):
        return f"{_name(value)} is a list of {len(raw)}: write `meter: 1`, or an index in the path"
    return f"{_name(value)} is an object, no number"


def _checked(value: Value, number: float | None) -> float | None:
    """Return a number that a circuit can have; volts and amperes that cannot be are left out."""
    if number is None:
        return None
    match value.quantity:
        case "power" if abs(number) > CIRCUIT_MAX_POWER_WATTS:
            message = f"the power is {number:g} W, more than any circuit can carry"
            raise NoNumberError(message)
        case "voltage":
            low, high = VOLTAGE_RANGE_VOLTS
            return number if low <= number <= high else None
        case "current":
            return number if 0 <= number <= MAX_CURRENT_AMPERES else None
        case "energy" | "energy_today" | "energy_exported" if not 0 <= number <= MAX_ENERGY_KWH:
            message = f"{_name(value)} is {number:g} kWh, which no counter shows"
            raise NoNumberError(message)
    return number


def parse_online(availability: Availability, payload: Payload) -> bool | None:
    """Return whether the device is there; None for a text that means neither."""
    text = payload.text()
    if availability.path and text.startswith("{"):
        found = walk(payload.json(), availability.path)
        text = found if isinstance(found, str) else _plain(found)
    if text.lower() == availability.online.lower():
        return True
    return False if text.lower() == availability.offline.lower() else None


def _plain(found: object) -> str:
    """Return a truth or a whole number as a payload without JSON would have it."""
    return orjson.dumps(found).decode() if isinstance(found, int) else ""


def parse_time(
    times: tuple[Time, ...], topic: str, payload: Payload, zone: ZoneInfo | None, now: datetime
) -> datetime | None:
    """Return the time that a message has of its own, if it can be one.

    Not taken for one: a clock that was never set, and one that is ahead.
    """
    for time in times:
        if time.topic != topic:
            continue
        raw = walk(payload.json(), time.path)
        found = next(_times(raw, time.form, zone, now), None)
        if found is not None and FIRST_POSSIBLE_TIME <= found <= now + MAX_AHEAD:
            return found
    return None


def _times(raw: object, form: str, zone: ZoneInfo | None, now: datetime) -> Iterator[datetime]:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and isfinite(raw):
        # `last_seen` is a text or milliseconds, by Zigbee2MQTT's own setting.
        seconds = float(raw) if form == "unix_seconds" else raw / 1_000
        if 0 <= seconds * 1_000 <= MAX_MILLISECONDS:
            yield datetime.fromtimestamp(seconds, UTC)
    elif isinstance(raw, str):
        # Year 1, which is no time in UTC where it begins earlier: a clock that was never set.
        with suppress(ValueError, OverflowError):
            yield from _instants(datetime.fromisoformat(raw), zone, now)


def _instants(found: datetime, zone: ZoneInfo | None, now: datetime) -> Iterator[datetime]:
    if found.tzinfo is not None:
        yield found.astimezone(UTC)
    elif zone is not None:
        # An hour that comes twice a year: the one that is nearer.
        both = (found.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        yield min(both, key=lambda each: abs(each - now))


def _name(value: Value) -> str:
    return value.path or value.topic.rsplit("/", 1)[-1]


def _shown(raw: object) -> str:
    return repr(raw[:MAX_SHOWN_LENGTH] if isinstance(raw, bytes | str) else raw)[:MAX_SHOWN_LENGTH]
