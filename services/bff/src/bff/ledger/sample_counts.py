"""How many samples each day has, and which days' slots are stale because of it. Pure.

VictoriaMetrics sends no notice of writes. But samples are only ever added or deleted, never
changed, so counting those of each day, which is cheap, shows where something came late or was
lost. The fingerprint of a day holds the rules and the sample counts that its slots were made from.
A day with fewer samples than that is archived: its slots are kept as they are.

Energy lies between neighbouring good samples. Whether a sample is good depends on those of the
hour after it; what is possible and usual for a source, on those of the days before it
(`energy_rules`). So when a day changes, the days with the neighbouring samples are rebuilt too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bff.ledger.slots import DeviceRules
from bff.time_grid import DAY_MS, Interval
from bff.victoriametrics.client import SourceOfDevice
from bff.victoriametrics.counters import DayCounts

NEIGHBOURS = 2

type CountsByDay = Mapping[int, int]


def fingerprint(rules_hash: str, counts: Mapping[str, int]) -> str:
    """Format such as `5fd2ab01 cloud=1440 ble=8640`.

    Args:
        rules_hash: Of the device's rules.
        counts: By source, in the order of the rules: slots name their source by its position.
    """
    return f"{rules_hash} {format_counts(counts)}".strip()


def format_counts(counts: Mapping[str, int]) -> str:
    """Format such as `cloud=1440 ble=8640`."""
    return " ".join(f"{source}={count}" for source, count in counts.items())


def rules_hash_in(fingerprint: str) -> str:
    """Return the rules' hash of a fingerprint."""
    return fingerprint.partition(" ")[0]


def counts_in(fingerprint: str) -> Mapping[str, int]:
    """Return the sample counts by source of a fingerprint, without those of no samples."""
    return parse_counts(fingerprint.partition(" ")[2])


def sources_in(fingerprint: str) -> list[str]:
    """Return the sources of a fingerprint, at the positions by which its slots name them."""
    return [word.partition("=")[0] for word in fingerprint.split()[1:]]


def parse_counts(text: str) -> Mapping[str, int]:
    """Parse what `format_counts` formats; sources without samples are left out."""
    words = (word.partition("=") for word in text.split())
    return {source: int(count) for source, _, count in words if count != "0"}


def has_more(counts: Mapping[str, int], before: Mapping[str, int]) -> bool:
    """Return whether any source has more samples than before."""
    return any(count > before.get(source, 0) for source, count in counts.items())


@dataclass(frozen=True, slots=True)
class StoredDay:
    """What the slots of a stored day were made from.

    Attributes:
        made_from: The fingerprint.
        is_stale: It is to be rebuilt whatever its samples are.
        counts_left: Of an archived day the samples that were there when they were last counted;
            None where the day is not archived.
    """

    made_from: str
    is_stale: bool = False
    counts_left: str | None = None

    def counts(self) -> Mapping[str, int]:
        """Return the sample counts by source that it was last compared with."""
        if self.counts_left is None:
            return counts_in(self.made_from)
        return parse_counts(self.counts_left)


@dataclass(frozen=True, slots=True)
class Changes:
    """How the samples of a device's days differ from those that its slots were made from.

    Attributes:
        stale: Days to be built: new ones, other rules, more samples.
        lost: Days with fewer samples than their slots were made from, and which are left.
        restored: Archived days whose samples are all there again.
    """

    stale: set[int] = field(default_factory=set)
    lost: dict[int, str] = field(default_factory=dict)
    restored: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class DeviceDays:
    """A device and the days on which its sources have samples, in the order of its rules."""

    rules: DeviceRules
    days: Sequence[CountsByDay]

    def fingerprint(self, day_ms: int, used: int = 0) -> str:
        """Return what the slots of a day are made from.

        Args:
            day_ms: The day.
            used: So many sources are named at least, as the slots have them by position.
        """
        counts = [days.get(day_ms, 0) for days in self.days]
        # Not all: a source that is found later changes no day without samples of it.
        used = max([used, *(place for place, count in enumerate(counts, 1) if count)])
        by_source = zip(self.rules.sources[:used], counts[:used], strict=True)
        return fingerprint(self.rules.rules_hash, dict(by_source))

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
        stored: What the stored days of each device were made from.
    """

    counts: dict[SourceOfDevice, dict[int, int]] = field(default_factory=dict)
    stored: dict[str, dict[int, StoredDay]] = field(default_factory=dict)

    def replace(self, counted: DayCounts, devices: Collection[str], interval: Interval) -> None:
        """Replace the counts of some devices on the days of the interval."""
        for source in self.counts.keys() | counted.keys():
            if source[0] in devices:
                days = self.counts.setdefault(source, {})
                for day in [day for day in days if interval.start_ms <= day < interval.end_ms]:
                    del days[day]
                days.update(counted.get(source, {}))

    def device_days(self, rules: DeviceRules) -> DeviceDays:
        """Return the device with the days its sources have samples on."""
        days = [self.counts.get((rules.device, source), {}) for source in rules.sources]
        return DeviceDays(rules, days)

    def changes(self, rules: DeviceRules, interval: Interval) -> Changes:
        """Return how the days of the interval changed since they were built."""
        current, stored = self.device_days(rules), self.stored.get(rules.device, {})
        found = Changes()
        # The days there are, not those of the interval: that can be a hundred years.
        for day in {*stored, *(day for days in current.days for day in days)}:
            if not interval.start_ms <= day < interval.end_ms:
                continue
            if day in stored:
                _compare(current, self._counts_of(rules, stored[day], day), day, stored[day], found)
            else:
                found.stale.add(day)
        return found

    def has_lost(self, device: str, made_from: Mapping[int, str]) -> bool:
        """Return whether days have fewer samples now than their slots were made from."""
        return any(
            count > self.counts.get((device, source), {}).get(day_ms, 0)
            for day_ms, each in made_from.items()
            for source, count in counts_in(each).items()
        )

    def _counts_of(self, rules: DeviceRules, day: StoredDay, day_ms: int) -> Mapping[str, int]:
        """Return the samples of a day by source, also of sources that only its slots are of."""
        sources = dict.fromkeys([*rules.sources, *counts_in(day.made_from)])
        counts = {each: self.counts.get((rules.device, each), {}).get(day_ms) for each in sources}
        return {source: count for source, count in counts.items() if count}

    def affected(self, rules: DeviceRules, stale: set[int]) -> Interval:
        """Return the days that change when these do: as far as their neighbouring samples."""
        start_ms, end_ms = min(stale), max(stale) + DAY_MS
        stored = self.stored.get(rules.device, {})
        changed = _changed(self.device_days(rules), stored, stale)
        # A source that fell silent for good before the interval has no energy reaching into it.
        going_on = [days for days in changed if any(day >= start_ms for day in days)]
        begun = [days for days in changed if any(day < end_ms for day in days)]
        return Interval(extend_back(going_on, start_ms), extend_forward(begun, end_ms))


def _compare(
    current: DeviceDays, counts: Mapping[str, int], day: int, stored: StoredDay, found: Changes
) -> None:
    before = counts_in(stored.made_from)
    is_outdated = stored.is_stale or rules_hash_in(stored.made_from) != current.rules.rules_hash
    if stored.counts_left is not None and counts == before:
        found.restored.add(day)
    elif stored.counts_left is not None:
        left = parse_counts(stored.counts_left)
        if has_more(counts, left):
            found.stale.add(day)
        elif counts != left:
            found.lost[day] = format_counts(counts)
        return
    elif has_more(before, counts):
        found.lost[day] = format_counts(counts)
        return
    if is_outdated or counts != before:
        found.stale.add(day)


def _changed(
    current: DeviceDays, stored: Mapping[int, StoredDay], stale: set[int]
) -> Sequence[CountsByDay]:
    """Return the days of those sources whose samples are not those the slots were made from."""
    made_from = {day: stored[day].made_from for day in stale if day in stored}
    hashes = {rules_hash_in(made_from.get(day, "")) for day in stale}
    if hashes != {current.rules.rules_hash} or any(stored[day].is_stale for day in stale):
        return current.days
    return [
        days
        for source, days in zip(current.rules.sources, current.days, strict=True)
        if any(days.get(day, 0) != counts_in(made_from[day]).get(source, 0) for day in stale)
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
