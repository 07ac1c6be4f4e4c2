"""From the body of a request to measurements with their instants. Pure.

A fault names the line (from 1) and the reason, so that a board can set that line aside.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from home_model.sources import CIRCUIT_MAX_POWER_WATTS

JSON, NDJSON = "application/json", "application/x-ndjson"

MAX_MEASUREMENT_BYTES = 16_384
MAX_SEQUENCE = 2**53
# A clock that was not set begins in 1970 or 2000.
FIRST_INSTANT = datetime(2020, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(minutes=10)
MAX_AGE = timedelta(days=366)
ABSOLUTE_ZERO_CELSIUS = -273.15
MAX_PERCENT = 100.0
# More than a circuit carries: a counter of energy, which never falls, would keep it for ever.
MAX_POWER_MW = CIRCUIT_MAX_POWER_WATTS * 1_000
MAX_VOLTAGE_V, MAX_CURRENT_MA = 1_000.0, 1_000_000.0

_DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
# PostgreSQL's JSONB has no form for it.
_NUL = b"\\u0000"
_POWER = ("voltage_v", "current_ma", "power_mw")


class FaultError(Exception):
    """A measurement that cannot be taken.

    Attributes:
        line: Its place in the body, from 1.
        reason: For a person.
    """

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


class TooManyError(Exception):
    """The body has more measurements than a request may have."""


@dataclass(frozen=True, slots=True)
class BoardClock:
    """The clock of a board when it sent a request; None for what it does not know.

    Attributes:
        unix_seconds: Its Unix time.
        up_seconds: Since its start.
        boot: Which start that was, counted by the board.
    """

    unix_seconds: int | None = None
    up_seconds: int | None = None
    boot: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the instants of a request are compared with."""

    at: datetime
    clock: BoardClock = BoardClock()


class Measurement(NamedTuple):
    """One measurement, as it is stored. A tuple, since a request has a thousand.

    Attributes:
        line: Its place in the body, from 1.
        boot: Which start of the board, where it counts them.
        seq: Which measurement of that start.
        up_seconds: Since that start, where the board sends it.
        document: All that was sent.
    """

    line: int
    device_id: str
    recorded_at: datetime
    boot: int | None
    seq: int | None
    up_seconds: int | None
    temperature: float | None
    humidity: float | None
    voltage_v: float | None
    current_ma: float | None
    power_mw: float | None
    payload: Mapping[str, Any]
    document: Mapping[str, Any]

    @property
    def checksum(self) -> int:
        """Return a checksum of what was measured."""
        measured = [self.temperature, self.humidity, self.payload]
        return crc32(orjson.dumps(measured, option=orjson.OPT_SORT_KEYS))


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A measurement of an earlier start without a clock: no instant can be given to it."""

    line: int
    device_id: str
    document: Mapping[str, Any] = field(hash=False)


def parse_clock(header: str) -> BoardClock:
    """Return the clock of `X-Board-Clock: <Unix seconds> <seconds since the start> <start>`.

    `-` is what the board does not know; what has another form counts as not known.
    """
    words = header.split()[:3]
    numbers = [int(word) if re.fullmatch(r"[0-9]{1,16}", word) else None for word in words]
    return BoardClock(*(n if n is None or n <= MAX_SEQUENCE else None for n in numbers))


def parse_report(header: str) -> dict[str, int]:
    """Return what a board reports of itself: `X-Board-Report: kept=12 dropped=0`."""
    pairs = (word.partition("=") for word in header.split()[:20])
    return {
        name: int(value)
        for name, _, value in pairs
        if re.fullmatch(r"[a-z_]{1,30}", name) and re.fullmatch(r"\d{1,15}", value)
    }


def parse_body(
    body: bytes, media_type: str, arrival: Arrival, max_count: int
) -> Iterator[Measurement | Unplaced | FaultError]:
    """Yield the measurements of a body in their order, and a fault for each that is none.

    Raises:
        FaultError: The whole body is not JSON.
        TooManyError: There are more than `max_count`.
    """
    parts = _ndjson_lines(body) if media_type == NDJSON else _json_parts(body)
    if len(parts) > max_count:
        raise TooManyError
    for line, part in enumerate(parts, 1):
        try:
            yield _parse_measurement(part, line, arrival)
        except FaultError as fault:
            yield FaultError(fault.reason, line)


def parse_raw(body: bytes) -> object:
    """Return any JSON that can be kept as it is.

    Raises:
        FaultError: It is not JSON, or has a NUL character.
    """
    document = _load(body)
    if _NUL in body:
        message = "a text with a NUL character"
        raise FaultError(message)
    return document


def _ndjson_lines(body: bytes) -> Sequence[bytes]:
    lines = body.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def _json_parts(body: bytes) -> Sequence[object]:
    document = _load(body)
    if isinstance(document, list):
        return document
    return [document]


def _load(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = f"it is not JSON: {error}"
        raise FaultError(message) from None


def _parse_measurement(part: object, line: int, arrival: Arrival) -> Measurement | Unplaced:
    text = part if isinstance(part, bytes) else orjson.dumps(part)
    document = _load(text) if isinstance(part, bytes) else part
    if not isinstance(document, dict):
        message = "a measurement is a JSON object"
        raise FaultError(message)
    if len(text) > MAX_MEASUREMENT_BYTES or _NUL in text:
        message = f"more than {MAX_MEASUREMENT_BYTES} bytes, or a text with a NUL character"
        raise FaultError(message)
    payload = document.get("payload") or {}
    if not isinstance(payload, dict):
        message = "payload is not an object"
        raise FaultError(message)
    boot, seq = _whole(document, "boot"), _whole(document, "seq")
    if (boot is None) != (seq is None):
        message = "boot and seq are sent together"
        raise FaultError(message)
    device_id, recorded_at = _device_id(document), _recorded_at(document, arrival)
    if recorded_at is None:
        return Unplaced(line, device_id, document)
    up = document.get("up")
    return Measurement(
        line,
        device_id,
        recorded_at,
        boot,
        seq,
        up if type(up) is int and 0 <= up <= MAX_SEQUENCE else None,
        _number(document, "temperature", ABSOLUTE_ZERO_CELSIUS),
        _number(document, "humidity", 0.0, MAX_PERCENT),
        *_power(payload),
        payload,
        document,
    )


def _power(payload: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Return voltage, current and power, which are beside the others, or in `power`."""
    if isinstance(power := payload.get("power"), dict):
        payload = {**power, **{name: value for name, value in payload.items() if value is not None}}
    return (
        _number(payload, "voltage_v", -MAX_VOLTAGE_V, MAX_VOLTAGE_V),
        _number(payload, "current_ma", -MAX_CURRENT_MA, MAX_CURRENT_MA),
        _number(payload, "power_mw", -MAX_POWER_MW, MAX_POWER_MW),
    )


def device_id_problem(text: object) -> str | None:
    """Return why a text is no id of a board; None for one that is."""
    if isinstance(text, str) and _DEVICE_ID.fullmatch(text):
        return None
    return "deviceId has 1 to 64 letters, digits and . _ : -, the first a letter or digit"


def _device_id(document: Mapping[str, Any]) -> str:
    found = document.get("deviceId")
    if problem := device_id_problem(found):
        raise FaultError(problem)
    return str(found)


def _number(
    document: Mapping[str, Any], name: str, minimum: float = -math.inf, maximum: float = math.inf
) -> float | None:
    value = document.get(name)
    if value is None:
        return None
    # JSON has these two types of numbers; that of a truth is another.
    if type(value) is not float and type(value) is not int:
        message = f"{name} is not a number or null"
        raise FaultError(message)
    if not minimum <= value <= maximum:
        message = f"{name} is outside {minimum:g} to {maximum:g}"
        raise FaultError(message)
    return float(value)


def _whole(document: Mapping[str, Any], name: str) -> int | None:
    value = document.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MAX_SEQUENCE:
        message = f"{name} is not a whole number from 0 to 2**53"
        raise FaultError(message)
    return value


def _recorded_at(document: Mapping[str, Any], arrival: Arrival) -> datetime | None:
    """Return when it was recorded; None for an earlier start without a clock.

    Raises:
        FaultError: The clock of the board was wrong and the age of the measurement is not known.
    """
    at = _instant(document.get("recordedAt"))
    problem = _clock_problem(at, arrival.at)
    if problem is None:
        return at
    if (age := _age(document, arrival.clock)) is not None:
        return arrival.at - age
    if at is None and document.get("boot") is not None:
        return None
    raise FaultError(problem)


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        message = "recordedAt is not an instant with its offset, as 2026-03-01T04:00:00+09:00"
        raise FaultError(message)
    try:
        # In microseconds: Python has no nanoseconds.
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"recordedAt: {error}"
        raise FaultError(message) from None


def _clock_problem(at: datetime | None, now: datetime) -> str | None:
    if at is None:
        return "recordedAt is missing"
    if at < FIRST_INSTANT:
        return f"recordedAt is in {at.year}: the clock of the board was not set"
    if at > now + MAX_AHEAD:
        return f"recordedAt is in the future; it is {now:%Y-%m-%dT%H:%M:%SZ} now"
    return None


def _age(document: Mapping[str, Any], clock: BoardClock) -> timedelta | None:
    """Return how old a measurement of the present start of its board is, where that is known."""
    boot = _whole(document, "boot")
    if clock.boot is not None and boot is not None and boot != clock.boot:
        return None
    age_ms, up_seconds = _whole(document, "age_ms"), _whole(document, "up")
    if age_ms is not None:
        age = timedelta(milliseconds=min(age_ms, MAX_AGE // timedelta(milliseconds=1) + 1))
    elif up_seconds is not None and clock.up_seconds is not None and boot == clock.boot:
        age = timedelta(seconds=min(clock.up_seconds - up_seconds, MAX_AGE.days * 86_400 + 1))
    else:
        return None
    return age if timedelta() <= age <= MAX_AGE else None
