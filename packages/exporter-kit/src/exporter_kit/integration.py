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
