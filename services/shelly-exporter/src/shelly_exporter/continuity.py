"""What only a row of readings shows: counters that tremble, values that stay the same. Pure.

A counter may come back a fraction of a watt-hour lower after a restart, because the device stored
it before: the old value is held until it has passed it. Falls of more are left to the kit's rules.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from home_model.errors import BadPayloadError, SourceError
from home_model.readings import Reading
from shelly_exporter.parse import MeterReading

HELD_KWH = 0.001
# A load that raises a counter of milliwatt-hours many times over in the time allowed.
MIN_LOAD_WATTS = 2.0
# It counts seconds: an answer that has the same one again was made before.
SAME_UPTIME_SECONDS = 60.0
JOULES_PER_KWH = 3_600_000


@dataclass(frozen=True, slots=True)
class Since[T]:
    """A value and since when it is the same."""

    value: T
    monotonic_seconds: float
    at: datetime


class Counted(NamedTuple):
    """The counters of a meter, and whether its load is large enough to move them."""

    counters_mwh: tuple[int | None, ...]
    is_under_load: bool

    @property
    def must_move(self) -> bool:
        """Return whether an unchanged counter is one that hangs."""
        return self.is_under_load and any(each is not None for each in self.counters_mwh)


@dataclass(frozen=True, slots=True)
class Past:
    """One meter at its last reading.

    Attributes:
        reading: As it was given out.
        monotonic_seconds: When.
        values: The values, as the device gave them.
        counter: Its counters alone, and whether it is under load.
        uptime: The device's.
        fed_back_kwh: Negative power of a netted meter, integrated since this process began.
    """

    reading: Reading
    monotonic_seconds: float
    values: Since[object]
    counter: Since[Counted]
    uptime: Since[float | None]
    fed_back_kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of one meter.

    Attributes:
        stale_seconds: Values under load that are the same for so long are not believed.
        gap_seconds: A longer silence is not integrated across.
        netted: Whether the power is that of several phases, which no counter has.
    """

    stale_seconds: float
    gap_seconds: float
    netted: bool = False


def advance(
    past: Past | None,
    meter: MeterReading,
    uptime_seconds: float | None,
    monotonic_seconds: float,
    rules: Rules,
) -> tuple[Past | None, Reading | SourceError]:
    """Return the meter after one answer, and what is given out of it."""
    reading = meter.reading
    if isinstance(reading, SourceError):
        return past, reading

    is_gap = past is not None and monotonic_seconds - past.monotonic_seconds > rules.gap_seconds

    def since[T](before: Since[T] | None, value: T) -> Since[T]:
        if before is not None and before.value == value and not is_gap:
            return before
        return Since(value, monotonic_seconds, reading.at)

    measured = (reading.power_watts, reading.voltage_volts, reading.current_amperes)
    counter = Counted(meter.counters_mwh, abs(reading.power_watts or 0.0) >= MIN_LOAD_WATTS)
    fed_back_kwh = _fed_back_kwh(past, reading, monotonic_seconds, rules) if rules.netted else 0.0
    now = Past(
        reading=_held(past, reading),
        monotonic_seconds=monotonic_seconds,
        values=since(past.values if past else None, (measured, meter.counters_mwh)),
        counter=since(past.counter if past else None, counter),
        uptime=since(past.uptime if past else None, uptime_seconds),
        fed_back_kwh=fed_back_kwh,
    )
    if reason := _why_stale(now, rules):
        return now, BadPayloadError(reason)
    return now, _given_out(now, rules)


def _given_out(now: Past, rules: Rules) -> Reading:
    changed = {"changed_timestamp_seconds": now.values.at.timestamp()}
    reading = replace(now.reading, extra={**now.reading.extra, **changed})
    return replace(reading, energy_exported_kwh=now.fed_back_kwh) if rules.netted else reading


def _held(past: Past | None, reading: Reading) -> Reading:
    if past is None:
        return reading
    return replace(
        reading,
        energy_lifetime_kwh=_higher(past.reading.energy_lifetime_kwh, reading.energy_lifetime_kwh),
        energy_exported_kwh=_higher(past.reading.energy_exported_kwh, reading.energy_exported_kwh),
    )


def _higher(before_kwh: float | None, now_kwh: float | None) -> float | None:
    if before_kwh is None or now_kwh is None:
        return now_kwh
    return before_kwh if 0 < before_kwh - now_kwh < HELD_KWH else now_kwh


def _fed_back_kwh(
    past: Past | None, reading: Reading, monotonic_seconds: float, rules: Rules
) -> float:
    """Integrate what is fed back: the trapezoid between two readings, never across a silence."""
    if past is None:
        return 0.0
    seconds = monotonic_seconds - past.monotonic_seconds
    if seconds > rules.gap_seconds:
        return past.fed_back_kwh
    watts = (past.reading.power_watts or 0.0, reading.power_watts or 0.0)
    joules = sum(max(0.0, -each) for each in watts) / 2 * seconds
    return past.fed_back_kwh + joules / JOULES_PER_KWH


def _why_stale(now: Past, rules: Rules) -> str:
    same_seconds = now.monotonic_seconds - now.uptime.monotonic_seconds
    if now.uptime.value is not None and same_seconds >= SAME_UPTIME_SECONDS:
        return f"the device repeats one answer for {same_seconds:.0f} s: its uptime is unchanged"
    same_seconds = now.monotonic_seconds - now.counter.monotonic_seconds
    if now.counter.value.must_move and same_seconds >= rules.stale_seconds:
        return (
            f"its counter is unchanged for {same_seconds:.0f} s under a load of "
            f"{now.reading.power_watts:g} W: the meter hangs, restart the device"
        )
    return ""
