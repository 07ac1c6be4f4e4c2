"""How far is read for the neighbours of a stretch: as far as needed, and not the whole history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, override

import numpy as np

from bff.ledger.fetch import SamplesBySource, SampleSource, fetch_with_neighbours
from bff.ledger.sample_counts import DeviceDays
from bff.ledger.slots import DeviceRules
from bff.time_grid import DAY_MS, Interval
from bff.victoriametrics.counters import CounterSelection
from energy_rules.limits import Limits
from energy_rules.sources import Samples

LIMITS = Limits(4_000_000, 600_000)
HOUR_MS = 3_600_000
NOW_MS = 400 * DAY_MS


@dataclass(frozen=True)
class Remembered(SampleSource):
    """Samples of one device that are there already; remembers what was asked for."""

    sources: dict[str, list[int]] = field(default_factory=dict)
    asked: list[Interval] = field(default_factory=list)

    @override
    def fetch(self, devices: Sequence[str], interval: Interval) -> dict[str, SamplesBySource]:
        self.asked.append(interval)
        return {
            device: {name: _counter(at, interval) for name, at in self.sources.items()}
            for device in devices
        }


def _counter(at_ms: list[int], interval: Interval) -> Samples:
    inside = [at for at in at_ms if interval.start_ms <= at < interval.end_ms]
    return Samples(np.array(inside, dtype=np.int64), np.array(inside, dtype=np.int64))


def gathered(
    interval: Interval, **sources: list[int]
) -> tuple[SamplesBySource, Sequence[Interval]]:
    """What comes together for a stretch of one device, and what was asked for."""
    nowhere: Any = None
    samples = Remembered(nowhere, CounterSelection("h", (), ()), NOW_MS, sources=sources)
    counts = [_by_day(at_ms) for at_ms in sources.values()]
    rules = DeviceRules("d", tuple(sources), (LIMITS,) * len(sources), "")
    [(_, counters)] = fetch_with_neighbours(samples, [DeviceDays(rules, counts)], interval)
    return counters, samples.asked


def _by_day(at_ms: list[int]) -> dict[int, int]:
    days, counts = np.unique(np.array(at_ms) // DAY_MS * DAY_MS, return_counts=True)
    return dict(zip(days.tolist(), counts.tolist(), strict=True))


def every(step_ms: int, start_ms: int, end_ms: int) -> list[int]:
    return list(range(start_ms, end_ms, step_ms))


DAY_100 = Interval(100 * DAY_MS, 101 * DAY_MS)


def test_frequent_samples_need_three_days_before_and_an_hour_after() -> None:
    """The common case is one question: what is learned of a source comes from these days."""
    _, asked = gathered(DAY_100, cloud=every(60_000, 90 * DAY_MS, 110 * DAY_MS))
    assert asked == [Interval(DAY_100.start_ms - 3 * DAY_MS, DAY_100.end_ms + HOUR_MS)]


def test_a_source_that_died_long_ago_does_not_make_others_be_read_again() -> None:
    """Nothing of it reaches into the stretch, and that is known from the counts."""
    _, asked = gathered(
        DAY_100,
        cloud=every(60_000, 90 * DAY_MS, 110 * DAY_MS),
        ble=every(60_000, 3 * DAY_MS, 4 * DAY_MS),
    )
    assert len(asked) == 1


def test_a_silence_is_read_to_its_other_sides() -> None:
    """Energy of a silence of weeks lies between the samples on both sides of it."""
    away = [*every(60_000, 80 * DAY_MS, 90 * DAY_MS), *every(60_000, 120 * DAY_MS, 130 * DAY_MS)]
    counters, asked = gathered(DAY_100, cloud=away)
    assert asked[1:] == [Interval(89 * DAY_MS, 121 * DAY_MS)]
    at_ms = counters["cloud"].at_ms
    assert (at_ms < DAY_100.start_ms).sum() >= 2
    assert (at_ms >= DAY_100.end_ms).sum() >= 2


def test_the_end_of_a_source_is_not_searched_for_more() -> None:
    """A last sample alone on its day is enough where the counts have no other."""
    last = [*every(60_000, 99 * DAY_MS, 101 * DAY_MS), 102 * DAY_MS]
    counters, asked = gathered(DAY_100, cloud=last)
    assert counters["cloud"].at_ms[-1] == 102 * DAY_MS
    assert asked[-1].start_ms >= DAY_100.start_ms - 3 * DAY_MS
