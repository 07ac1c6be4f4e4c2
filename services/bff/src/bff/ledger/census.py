"""How many samples each day has, and which days' slots were made from other samples. Pure.

VictoriaMetrics tells nobody that something was written. But samples are only ever added or
deleted, so counting those of each day, which is cheap, shows where something came late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bff.grid import DAY_MS
from bff.ledger.gather import Known
from bff.ledger.marks import counts_in, fingerprint_in
from bff.ledger.reach import reach_back, reach_forward
from bff.ledger.rules import DeviceRules
from bff.stretch import Stretch
from bff.victoriametrics.samples import DayCounts, Meter


@dataclass(slots=True)
class Census:
    """What was counted and what was built; the follower's thread alone touches it.

    Attributes:
        counts: Samples of each source of each device by day.
        marks: What the stored slots of each device were made from, by day.
    """

    counts: dict[Meter, dict[int, int]] = field(default_factory=dict)
    marks: dict[str, dict[int, str]] = field(default_factory=dict)

    def enter(self, counted: DayCounts, stretch: Stretch) -> None:
        """Replace what was known of the days of the stretch."""
        for meter in self.counts.keys() | counted.keys():
            days = self.counts.setdefault(meter, {})
            for day in range(stretch.start_ms, stretch.end_ms, DAY_MS):
                days.pop(day, None)
            days.update(counted.get(meter, {}))

    def known(self, rules: DeviceRules) -> Known:
        """The device with the days its sources have samples on."""
        days = [self.counts.get((rules.device, source), {}) for source in rules.sources]
        return Known(rules, days)

    def stale(self, rules: DeviceRules, stretch: Stretch) -> set[int]:
        """The days of the stretch whose slots are missing or were made from something else."""
        known, marks = self.known(rules), self.marks.get(rules.device, {})
        return {
            day
            for day in range(stretch.start_ms, stretch.end_ms, DAY_MS)
            if (day in marks or any(day in days for days in known.days))
            and marks.get(day) != known.mark(day)
        }

    def affected(self, rules: DeviceRules, stale: set[int]) -> Stretch:
        """The days that change when these days change: as far as their neighbouring samples."""
        start_ms, end_ms = min(stale), max(stale) + DAY_MS
        changed = _changed(self.known(rules), self.marks.get(rules.device, {}), stale)
        # A source that fell silent for good before the stretch has no energy reaching into it.
        going_on = [days for days in changed if any(day >= start_ms for day in days)]
        begun = [days for days in changed if any(day < end_ms for day in days)]
        return Stretch(reach_back(going_on, start_ms), reach_forward(begun, end_ms))


def _changed(
    known: Known, marks: Mapping[int, str], stale: set[int]
) -> Sequence[Mapping[int, int]]:
    """The days of those sources whose samples are not those that the slots were made from."""
    if any(fingerprint_in(marks.get(day, "")) != known.rules.fingerprint for day in stale):
        return known.days
    return [
        days
        for source, days in zip(known.rules.sources, known.days, strict=True)
        if any(days.get(day, 0) != counts_in(marks[day]).get(source, 0) for day in stale)
    ]
