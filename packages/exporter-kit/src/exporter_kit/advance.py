"""One step of an energy counter: (state, reading, limits) -> state, and nothing else."""

from dataclasses import replace
from math import isfinite

from exporter_kit.counter import (
    Counter,
    Limits,
    Mark,
    OwnKind,
    nwh_of_kwh,
    unix_us,
    without_marks,
)
from exporter_kit.following import follow
from exporter_kit.integration import energy_nwh, integrate, power_mark
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
    mark = power_mark(reading.power_watts, at_us, limits)
    step_nwh = energy_nwh(counter.power, mark, limits)
    counter = replace(counter, at_us=at_us, by_power_nwh=counter.by_power_nwh + step_nwh)
    own = own_counter_of(reading)
    if own is None:
        return integrate(counter, mark, limits)
    kind, value_nwh = own
    # The power is kept for when the device's own counter stops answering, or begins again.
    counter = replace(counter, power=mark or counter.power)
    return follow(counter, kind, Mark(value_nwh, at_us, by_power_nwh=step_nwh), limits)


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
