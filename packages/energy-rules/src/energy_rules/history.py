"""What a device is known to use: the energy and the measured time of its last 720 hours.

Only ordinary rises count, each spread over its span, and never the one that is being judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Protocol

from energy_rules.quantities import HOUR_MS, MINUTE_MS

HISTORY_HOURS = 720
# An hour of which less was measured does not show what is used in an hour.
MIN_MEASURED_MS = 10 * MINUTE_MS


class KnownUse(Protocol):
    """What the rules ask of a device's past."""

    def max_uwh(self, duration_ms: int) -> int | None:
        """Return the most used in any interval this long; None while hardly anything is known."""
        ...

    def max_hour_uwh(self) -> int | None:
        """Return the most used in one hour; None while hardly anything is known."""
        ...


@dataclass(frozen=True, slots=True)
class Hour:
    """What was measured of one hour."""

    uwh: int = 0
    measured_ms: int = 0


@dataclass(slots=True)
class History:
    """The hours of one source, by the number of hours since 1970.

    Attributes:
        hours: What was measured; of older hours than `HISTORY_HOURS` nothing is asked.
    """

    hours: dict[int, Hour] = field(default_factory=dict)

    def add(self, start_ms: int, end_ms: int, uwh: int) -> None:
        """Add the energy of an ordinary rise, spread evenly over its span."""
        before_uwh, at_ms = 0, start_ms
        while at_ms < end_ms:
            hour = at_ms // HOUR_MS
            until_ms = min(end_ms, (hour + 1) * HOUR_MS)
            upto_uwh = uwh * (until_ms - start_ms) // (end_ms - start_ms)
            self.add_to_hour(hour, upto_uwh - before_uwh, until_ms - at_ms)
            before_uwh, at_ms = upto_uwh, until_ms

    def add_to_hour(self, number: int, uwh: int, measured_ms: int) -> None:
        """Add energy that was measured within one hour."""
        hour = self.hours.get(number, Hour())
        self.hours[number] = Hour(hour.uwh + uwh, hour.measured_ms + measured_ms)
        if len(self.hours) > 2 * HISTORY_HOURS:
            self.hours = self._recent()

    def _recent(self) -> dict[int, Hour]:
        since = max(self.hours, default=0) - HISTORY_HOURS
        return {number: self.hours[number] for number in sorted(self.hours) if number >= since}

    def max_uwh(self, duration_ms: int) -> int | None:
        """Return the most used in any interval this long; see `KnownUse`."""
        return _max_uwh(list(self._recent().values()), duration_ms)

    def max_hour_uwh(self) -> int | None:
        """Return the most used in one hour; see `KnownUse`."""
        return self.max_uwh(HOUR_MS)


def _max_uwh(hours: Sequence[Hour], duration_ms: int) -> int | None:
    """Return the most used in as many neighbouring hours; the mean where history is shorter."""
    measured_ms = sum(hour.measured_ms for hour in hours)
    if measured_ms < HOUR_MS:
        return None
    whole = [
        hour.uwh * HOUR_MS // hour.measured_ms
        for hour in hours
        if hour.measured_ms >= MIN_MEASURED_MS
    ]
    wanted = -(-duration_ms // HOUR_MS)
    if len(whole) < wanted:
        return sum(hour.uwh for hour in hours) * duration_ms // measured_ms
    up_to = [0, *accumulate(whole)]
    return max(up_to[last] - up_to[last - wanted] for last in range(wanted, len(up_to)))
