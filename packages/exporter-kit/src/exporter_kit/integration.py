"""Energy from power: the trapezoid between two good readings, never across a silence."""

from dataclasses import replace
from fractions import Fraction
from math import isfinite

from exporter_kit.counter import UW_US_PER_NWH, Counter, Limits, Mark, PowerMark


def power_mark(power_watts: float | None, at_us: int, limits: Limits) -> PowerMark | None:
    """A power to integrate with, or None: unknown, or more than the device can draw.

    What a meter shows below zero, such as -0.1 W of noise, is no use of energy.
    """
    if power_watts is None or not isfinite(power_watts):
        return None
    power_uw = max(0, round(Fraction(power_watts) * 1_000_000))
    return PowerMark(power_uw, at_us) if power_uw <= limits.power_uw else None


def integrate(counter: Counter, power_watts: float | None, at_us: int, limits: Limits) -> Counter:
    """Count the energy between the last good power and this one."""
    mark, last = power_mark(power_watts, at_us, limits), counter.power
    if mark is None:
        return counter
    if last is None:
        return replace(counter, power=mark)
    if mark.at_us - last.at_us > limits.gap_us:
        return replace(counter, power=mark, gaps=counter.gaps + 1)
    return _add(replace(counter, power=mark), _trapezoid_nwh(last, mark))


def _trapezoid_nwh(first: PowerMark, last: PowerMark) -> int:
    return (first.power_uw + last.power_uw) * (last.at_us - first.at_us) // (2 * UW_US_PER_NWH)


def _add(counter: Counter, energy_nwh: int) -> Counter:
    # The device's own counter, once it answers again, shows this energy too.
    return replace(
        counter,
        total_nwh=counter.total_nwh + energy_nwh,
        base=_counted(counter.base, energy_nwh),
        held=_counted(counter.held, energy_nwh),
        former=_counted(counter.former, energy_nwh),
    )


def _counted(mark: Mark | None, energy_nwh: int) -> Mark | None:
    return mark and replace(mark, counted_nwh=mark.counted_nwh + energy_nwh)
