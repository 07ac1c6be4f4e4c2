"""What successive answers of a device tell: whether they are fresh, and what they miss.

Since when the cloud repeats the same body: a hub that lost its plug goes on answering for it. And
how far the energy of all plugs may be off because nobody looked between their readings: it is
integrated from watts, and fifty plugs are asked once in seven and a half minutes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from math import sqrt

from exporter_kit import Sample
from home_model.errors import SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import CloudSource

CHANGED = "changed_timestamp_seconds"
HOURS = 24
SECONDS_PER_HOUR = 3600
# A longer silence is a gap, across which no energy is counted.
MAX_GAP_INTERVALS = 2.5
OF_MOMENT, OF_STEP = 1.0, 1 / 6

type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Answer:
    body: Mapping[str, object]
    changed_at: datetime
    changed_monotonic: float


@dataclass(slots=True)
class Freshness:
    """The last body of each device, and when it last changed.

    A plug that is on and carries a load never repeats itself for hours: its voltage moves by
    0.1 V and its minutes of use count.

    Attributes:
        stale_seconds: A body that is the same for so long is not believed.
        monotonic: Seconds of a clock that never goes back.
    """

    stale_seconds: float
    monotonic: Callable[[], float]
    _last: dict[str, _Answer] = field(default_factory=dict, init=False)

    def record(self, device_id: str, body: Mapping[str, object], at: datetime) -> None:
        """Record the answer for a device."""
        last = self._last.get(device_id)
        if last is None or last.body != body:
            self._last[device_id] = _Answer(body, at, self.monotonic())

    def check(self, device_id: str, reading: Reading) -> Reading | SourceError:
        """Return the reading with the instant of the last change, or why it is not believed."""
        last = self._last[device_id]
        if self._is_under_load(reading) and self._age_seconds(last) >= self.stale_seconds:
            hours = self._age_seconds(last) / 3600
            return UnreachableError(
                f"the cloud repeats the same values for {hours:.1f} h although the device is on: "
                "the hub has lost it"
            )
        changed = {CHANGED: last.changed_at.timestamp()}
        return replace(reading, extra={**reading.extra, **changed})

    def _age_seconds(self, answer: _Answer) -> float:
        return self.monotonic() - answer.changed_monotonic

    @staticmethod
    def _is_under_load(reading: Reading) -> bool:
        return reading.extra.get("switch_on") != 0 and reading.power_watts != 0


@dataclass(slots=True)
class _Hour:
    """Sums over what ended in one hour."""

    energy_wh: float = 0.0
    variance_wh2: float = 0.0


@dataclass(slots=True)
class SamplingError:
    """The last day's readings of all plugs. Instants are Unix seconds.

    What a reading adds to a straight line between its neighbours shows how restless a load is: `d`
    is the energy by three readings less the energy by the outer two. A load that is on for a moment
    is met by one reading, which is above both neighbours; the variance of the integral is then `d`
    squared. One that stays on is a step, which two triples of readings show; its variance is a
    sixth of their `d` squared. Plugs and intervals are independent, so variances add. A load that
    no reading ever met is not known here.
    """

    _last: dict[CloudSource, tuple[Point, ...]] = field(default_factory=dict, init=False)
    _hours: dict[int, _Hour] = field(default_factory=dict, init=False)

    def record(self, source: CloudSource, reading: Reading, interval_seconds: float) -> None:
        """Take the next reading of a meter, which is asked once in an interval."""
        if reading.power_watts is None:
            return
        point = (reading.at.timestamp(), reading.power_watts)
        before = self._last.get(source, ())
        gap_seconds = MAX_GAP_INTERVALS * interval_seconds
        if before and not 0 < point[0] - before[-1][0] <= gap_seconds:
            before = ()
        self._add((*before, point))
        self._last[source] = (*before, point)[-2:]

    def ratio(self) -> float | None:
        """Return a standard error of the last day's energy as a share of it; None at first."""
        energy_wh = sum(hour.energy_wh for hour in self._hours.values())
        variance_wh2 = sum(hour.variance_wh2 for hour in self._hours.values())
        return sqrt(variance_wh2) / energy_wh if energy_wh > 0 else None

    def samples(self) -> Iterator[Sample]:
        """Yield the metric, once there is something to tell from."""
        ratio = self.ratio()
        if ratio is not None:
            yield Sample(
                "switchbot_sampling_error_ratio",
                "gauge",
                "Standard error of the last day's energy of all plugs, as a share of it: nobody "
                "looked between their readings.",
                ratio,
            )

    def _add(self, points: tuple[Point, ...]) -> None:
        number = int(points[-1][0] // SECONDS_PER_HOUR)
        if number not in self._hours:
            self._hours = {n: h for n, h in self._hours.items() if number - HOURS < n <= number}
        hour = self._hours.setdefault(number, _Hour())
        hour.energy_wh += abs(_energy_wh(points[-2:]))
        hour.variance_wh2 += _variance_wh2(points)


def _variance_wh2(points: tuple[Point, ...]) -> float:
    """Return what three readings say of the error; 0 of fewer."""
    if len(points) < 3:  # noqa: PLR2004 - a reading and its neighbours
        return 0.0
    first, middle, last = points
    added_wh = _energy_wh(points) - _energy_wh((first, last))
    is_moment = (middle[1] - first[1]) * (last[1] - middle[1]) < 0
    return (OF_MOMENT if is_moment else OF_STEP) * added_wh**2


def _energy_wh(points: tuple[Point, ...]) -> float:
    """Return the energy below the straight lines between points."""
    pairs = pairwise(points)
    ws = sum((end - begin) * (before + after) / 2 for (begin, before), (end, after) in pairs)
    return ws / SECONDS_PER_HOUR
