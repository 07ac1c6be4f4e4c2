"""One step of an energy counter: (state, reading, limits) -> state, and nothing else."""

from dataclasses import replace
from math import isfinite

from exporter_kit.counter import Counter, Limits, OwnKind, nwh_of_kwh, unix_us, without_marks
from exporter_kit.following import follow
from exporter_kit.integration import integrate, power_mark
from home_model.readings import Reading


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
    counter = replace(counter, at_us=at_us)
    own = own_counter_of(reading)
    if own is None:
        return integrate(counter, reading.power_watts, at_us, limits)
    # The power is kept for when the device's own counter stops answering.
    mark = power_mark(reading.power_watts, at_us, limits)
    return follow(replace(counter, power=mark), *own, at_us, limits)


def own_counter_of(reading: Reading) -> tuple[OwnKind, int] | None:
    """The kind and the value (nWh) of the best counter that the reading has."""
    kinds: tuple[tuple[OwnKind, float | None], ...] = (
        ("lifetime", reading.energy_lifetime_kwh),
        ("today", reading.energy_today_kwh),
    )
    for kind, energy_kwh in kinds:
        if energy_kwh is not None and isfinite(energy_kwh) and energy_kwh >= 0:
            return kind, nwh_of_kwh(energy_kwh)
    return None
