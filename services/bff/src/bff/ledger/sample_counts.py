"""How many samples each day has, and which days' slots are stale because of it. Pure.

VictoriaMetrics sends no notice of writes. But samples are only ever added or deleted, never
changed, so counting those of each day, which is cheap, shows where something came late. The
fingerprint of a day holds the rules and the sample counts that its slots were made from.

Energy lies between neighbouring good samples. Whether a sample is good depends on those of the
hour after it; what is possible and usual for a source, on those of the days before it
(`energy_rules`). So when a day changes, the days with the neighbouring samples are rebuilt too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bff.ledger.device_rules import DeviceRules
from bff.time_grid import DAY_MS, Interval
from bff.victoriametrics.client import SourceOfDevice
from bff.victoriametrics.counters import DayCounts

NEIGHBOURS = 2

type CountsByDay = Mapping[int, int]


def fingerprint(rules_hash: str, counts: Mapping[str, int]) -> str:
    """Format such as `5fd2ab01 cloud=1440 ble=8640`; sources without samples are left out."""
    return " ".join([rules_hash, *(f"{source}={count}" for source, count in counts.items())])


def rules_hash_in(fingerprint: str) -> str:
    """Return the rules' hash of a fingerprint; empty when the day was invalidated."""
    return fingerprint.partition(" ")[0]


def counts_in(fingerprint: str) -> Mapping[str, int]:
    """Return the sample counts by source of a fingerprint."""
    words = (word.partition("=") for word in fingerprint.split()[1:])
    return {source: int(count) for source, _, count in words}


@dataclass(frozen=True, slots=True)
class DeviceDays:
    """A device and the days on which its sources have samples, in the order of its rules."""

    rules: DeviceRules
    days: Sequence[CountsByDay]

    def fingerprint(self, day_ms: int) -> str:
        """Return what the slots of a day should be made from."""
        return fingerprint(self.rules.rules_hash, self.counts_on(day_ms))

    def counts_on(self, day_ms: int) -> Mapping[str, int]:
        """Return the sample counts of a day by source; sources without any are left out."""
        return {
            source: days[day_ms]
            for source, days in zip(self.rules.sources, self.days, strict=True)
            if day_ms in days
        }

    def samples_in(self, interval: Interval) -> int:
        """Return how many samples the device has in an interval of whole days."""
        return sum(
            count
            for days in self.days
            for day, count in days.items()
            if interval.start_ms <= day < interval.end_ms
        )


@dataclass(slots=True)
class SampleCounts:
    """The counted samples and the built days; used by the worker's thread alone.

    Attributes:
        counts: Samples of each source of each device by day.
        fingerprints: What the stored slots of each device were made from, by day.
    """

    counts: dict[SourceOfDevice, dict[int, int]] = field(default_factory=dict)
    fingerprints: dict[str, dict[int, str]] = field(default_factory=dict)

    def replace(self, counted: DayCounts, interval: Interval) -> None:
        """Replace the counts of the days of the interval."""
        for source in self.counts.keys() | counted.keys():
            days = self.counts.setdefault(source, {})
            for day in range(interval.start_ms, interval.end_ms, DAY_MS):
                days.pop(day, None)
            days.update(counted.get(source, {}))

    def device_days(self, rules: DeviceRules) -> DeviceDays:
        """Return the device with the days its sources have samples on."""
        days = [self.counts.get((rules.device, source), {}) for source in rules.sources]
        return DeviceDays(rules, days)

    def stale(self, rules: DeviceRules, interval: Interval) -> set[int]:
        """Return the days of the interval whose slots are missing or made from other samples."""
        current, stored = self.device_days(rules), self.fingerprints.get(rules.device, {})
        return {
            day
            for day in range(interval.start_ms, interval.end_ms, DAY_MS)
            if (day in stored or any(day in days for days in current.days))
            and stored.get(day) != current.fingerprint(day)
        }

    def affected(self, rules: DeviceRules, stale: set[int]) -> Interval:
        """Return the days that change when these do: as far as their neighbouring samples."""
        start_ms, end_ms = min(stale), max(stale) + DAY_MS
        stored = self.fingerprints.get(rules.device, {})
        changed = _changed(self.device_days(rules), stored, stale)
        # A source that fell silent for good before the interval has no energy reaching into it.
        going_on = [days for days in changed if any(day >= start_ms for day in days)]
        begun = [days for days in changed if any(day < end_ms for day in days)]
        return Interval(extend_back(going_on, start_ms), extend_forward(begun, end_ms))


def _changed(
    current: DeviceDays, stored: Mapping[int, str], stale: set[int]
) -> Sequence[CountsByDay]:
    """Return the days of those sources whose samples are not those the slots were made from."""
    if any(rules_hash_in(stored.get(day, "")) != current.rules.rules_hash for day in stale):
        return current.days
    return [
        days
        for source, days in zip(current.rules.sources, current.days, strict=True)
        if any(days.get(day, 0) != counts_in(stored[day]).get(source, 0) for day in stale)
    ]


def extend_back(sources: Sequence[CountsByDay], start_ms: int, samples: int = NEIGHBOURS) -> int:
    """Return the start of the latest day from which each source has so many earlier samples.

    Where a source has fewer, the start of its first day; `start_ms` where it has none.
    """
    return min((_back(days, start_ms, samples) for days in sources), default=start_ms)


def extend_forward(sources: Sequence[CountsByDay], end_ms: int, samples: int = NEIGHBOURS) -> int:
    """Return the end of the earliest day until which each source has so many later samples."""
    return max((_forward(days, end_ms, samples) for days in sources), default=end_ms)


def _back(days: CountsByDay, start_ms: int, samples: int) -> int:
    first, found = start_ms, 0
    for day in sorted((day for day in days if day < start_ms), reverse=True):
        first, found = day, found + days[day]
        if found >= samples:
            break
    return first


def _forward(days: CountsByDay, end_ms: int, samples: int) -> int:
    last, found = end_ms, 0
    for day in sorted(day for day in days if day >= end_ms):
        last, found = day + DAY_MS, found + days[day]
        if found >= samples:
            break
    return last
