"""One step of an energy counter: (state, reading, limits) -> state, and nothing else.

The device's own counter is followed where there is one, counting only rises that the meter can
carry. A fall is held until the next reading separates a glitch from a new beginning. A rise
beyond that is another counter. Either way the value that was left is remembered for a while, so
that a counter that comes back after some false values goes on from where it was.

Else power is integrated: the trapezoid between two good readings, never across a silence.
"""

from dataclasses import replace
from fractions import Fraction
from math import isfinite

from exporter_kit.energy.counter import (
    NWH_PER_KWH,
    UW_US_PER_NWH,
    Counter,
    Limits,
    Mark,
    OwnCounter,
    PowerMark,
    nwh_of_kwh,
    unix_us,
    without_marks,
)
from home_model.readings import Reading

# The coarsest counters known show 0.1 kWh; a step may fall due just after the reading before.
COARSEST_STEP_NWH = NWH_PER_KWH // 10
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
# More than a house can draw: a power beyond it was misread.
WITNESS_MAX_POWER_WATTS = 25_000.0


def advance(counter: Counter, reading: Reading, limits: Limits) -> Counter:
    """Count the energy up to `reading`.

    The device's own counter is followed if the reading has one (lifetime before daily); else its
    power is integrated. The total never falls, and never rises faster than the limits allow.
    """
    at_us = unix_us(reading.at)
    if counter.at_us is not None and at_us <= counter.at_us:
        if counter.at_us - at_us <= limits.gap_us:
            return counter  # a repeated or late reading: the time was counted already
        counter = without_marks(counter)  # the clock was set back
    mark = power_mark(reading.power_watts, at_us, limits)
    step_nwh = energy_nwh(counter.power, mark, limits)
    counter = check_by_power(replace(counter, at_us=at_us), reading.power_watts, limits)
    own = own_counter_of(reading)
    if own is None:
        return integrate(counter, mark, limits)
    kind, value_nwh = own
    # The power is kept for when the device's own counter stops answering, or begins again.
    counter = replace(counter, power=mark or counter.power)
    return follow(counter, kind, Mark(value_nwh, at_us, by_power_nwh=step_nwh), limits)


def own_counter_of(reading: Reading) -> tuple[OwnCounter, int] | None:
    """Return the type and the value (nWh) of the best counter that the reading has."""
    kinds: tuple[tuple[OwnCounter, float | None], ...] = (
        ("lifetime", reading.energy_lifetime_kwh),
        ("today", reading.energy_today_kwh),
    )
    for kind, energy_kwh in kinds:
        if energy_kwh is not None and isfinite(energy_kwh) and energy_kwh >= 0:
            return kind, nwh_of_kwh(energy_kwh)
    return None


def follow(counter: Counter, kind: OwnCounter, now: Mark, limits: Limits) -> Counter:
    """Count what the device's own counter rose by since its last good value."""
    if counter.base is None or counter.own_kind != kind:
        # What it counted before it joined is not ours.
        return replace(counter, own_kind=kind, base=now, held=None, former=None)
    base = _after_hidden_reset(counter, counter.base, now.at_us)
    if (rise := _rise(base, now, limits)) is not None:
        return _go_on(counter, base, now, rise, limits)
    if now.value_nwh >= base.value_nwh:
        return _come_back(counter, base, now, limits) or _jump(counter, base, now, limits)
    if (returned := _come_back(counter, base, now, limits)) is not None:
        return returned
    if counter.held is None:
        return replace(counter, held=now)
    return _begin_again(counter, base, counter.held, now, limits)


def _plausible_nwh(mark: Mark, at_us: int, limits: Limits) -> int:
    return mark.spare_nwh + limits.energy_nwh(at_us - mark.at_us)


def _rise(mark: Mark, now: Mark, limits: Limits) -> int | None:
    """The energy from `mark` to `now`, or None if this cannot be the same run of the counter."""
    rise_nwh = now.value_nwh - mark.value_nwh
    plausible = 0 <= rise_nwh <= _plausible_nwh(mark, now.at_us, limits)
    return max(rise_nwh, mark.counted_nwh) if plausible else None


def _spared(mark: Mark, used_nwh: int, at_us: int, limits: Limits) -> int:
    return min(COARSEST_STEP_NWH, max(0, _plausible_nwh(mark, at_us, limits) - used_nwh))


def _go_on(counter: Counter, mark: Mark, now: Mark, rise_nwh: int, limits: Limits) -> Counter:
    added_nwh = rise_nwh - mark.counted_nwh
    former = counter.former and replace(
        counter.former, counted_nwh=counter.former.counted_nwh + added_nwh
    )
    return replace(
        counter,
        total_nwh=counter.total_nwh + added_nwh,
        base=replace(now, spare_nwh=_spared(mark, rise_nwh, now.at_us, limits)),
        held=None,
        former=former,
    )


def _come_back(counter: Counter, base: Mark, now: Mark, limits: Limits) -> Counter | None:
    former = counter.former
    # Soon, or never: after a longer time any value could pass for energy since then.
    if former is None or now.at_us - former.at_us > HOUR_US:
        return None
    if (rise_nwh := _rise(former, now, limits)) is None:
        return None
    # What was taken for the start of a day, when the counter left, was a false value.
    left = replace(counter, former=base, day_start_us=None)
    return _go_on(left, former, now, rise_nwh, limits)


def _jump(counter: Counter, base: Mark, now: Mark, limits: Limits) -> Counter:
    spare_nwh = _spared(base, base.counted_nwh, now.at_us, limits)
    return replace(
        counter,
        base=replace(now, spare_nwh=spare_nwh),
        held=None,
        former=base,
        jumps=counter.jumps + 1,
    )


def _begin_again(counter: Counter, base: Mark, held: Mark, now: Mark, limits: Limits) -> Counter:
    """A second low value: energy since zero if the device can have used it, else since `held`."""
    from_zero = replace(base, value_nwh=held.value_nwh - _used_until(base, held))
    begun = replace(counter, former=base, resets=counter.resets + 1)
    if (rise_nwh := _rise(from_zero, now, limits)) is not None:
        if counter.own_kind == "today" and held.at_us - base.at_us <= HOUR_US:
            begun = replace(begun, day_start_us=held.at_us)
        return _go_on(begun, from_zero, now, rise_nwh, limits)
    if (rise_nwh := _rise(held, now, limits)) is not None:
        return _go_on(begun, held, now, rise_nwh, limits)
    return replace(begun, base=now, held=None)


def _used_until(base: Mark, held: Mark) -> int:
    """Energy from `base` to `held`, between which the counter began again.

    What it showed just before that nobody has seen; the power of the readings on both sides
    estimates it. It cannot be less than what the counter shows since.
    """
    by_power_nwh = base.counted_nwh - held.counted_nwh + held.by_power_nwh
    return max(by_power_nwh, held.value_nwh)


def _after_hidden_reset(counter: Counter, base: Mark, at_us: int) -> Mark:
    """A daily counter began at 0 in the silence, even if it shows more than before by now."""
    if counter.own_kind == "today" and _day_began(base.at_us, at_us, counter.day_start_us):
        return replace(base, value_nwh=0)
    return base


def _day_began(after_us: int, before_us: int, day_start_us: int | None) -> bool:
    if before_us - after_us > DAY_US + HOUR_US:
        return True
    if day_start_us is None:
        return False
    # An hour on either side: summer time moves the device's midnight.
    earliest_us, latest_us = after_us + HOUR_US, before_us - HOUR_US
    days = -((day_start_us - earliest_us) // DAY_US)
    return earliest_us <= day_start_us + days * DAY_US <= latest_us


def power_mark(power_watts: float | None, at_us: int, limits: Limits) -> PowerMark | None:
    """A power to integrate with, or None: unknown, or more than the device can draw.

    What a meter shows below zero, such as -0.1 W of noise, is no use of energy.
    """
    if power_watts is None or not isfinite(power_watts):
        return None
    power_uw = max(0, round(Fraction(power_watts) * 1_000_000))
    return PowerMark(power_uw, at_us) if power_uw <= limits.power_uw else None


def check_by_power(counter: Counter, power_watts: float | None, limits: Limits) -> Counter:
    """Integrate the power beside the counter, without the limit that the counter is held to."""
    witness = Limits(max(limits.max_power_watts, WITNESS_MAX_POWER_WATTS), limits.gap_limit_seconds)
    mark = power_mark(power_watts, counter.at_us or 0, witness)
    step_nwh = energy_nwh(counter.witness, mark, witness)
    return replace(
        counter,
        by_power_nwh=counter.by_power_nwh + step_nwh,
        witness=mark or counter.witness,
    )


def energy_nwh(last: PowerMark | None, mark: PowerMark | None, limits: Limits) -> int:
    """The energy between two good powers; 0 where one is unknown or a silence lies between."""
    if last is None or mark is None or _is_gap(last, mark, limits):
        return 0
    return (last.power_uw + mark.power_uw) * (mark.at_us - last.at_us) // (2 * UW_US_PER_NWH)


def integrate(counter: Counter, mark: PowerMark | None, limits: Limits) -> Counter:
    """Count the energy between the last good power and this one."""
    if mark is None:
        return counter
    last = counter.power
    gaps = counter.gaps + (last is not None and _is_gap(last, mark, limits))
    return _add(replace(counter, power=mark, gaps=gaps), energy_nwh(last, mark, limits))


def _is_gap(last: PowerMark, mark: PowerMark, limits: Limits) -> bool:
    return mark.at_us - last.at_us > limits.gap_us


def _add(counter: Counter, added_nwh: int) -> Counter:
    # The device's own counter, once it answers again, shows this energy too.
    return replace(
        counter,
        total_nwh=counter.total_nwh + added_nwh,
        base=_counted(counter.base, added_nwh),
        held=_counted(counter.held, added_nwh),
        former=_counted(counter.former, added_nwh),
    )


def _counted(mark: Mark | None, added_nwh: int) -> Mark | None:
    return mark and replace(mark, counted_nwh=mark.counted_nwh + added_nwh)
