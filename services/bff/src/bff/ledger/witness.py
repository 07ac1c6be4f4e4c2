"""Witnesses of what is doubtful: the power beside the counter, and what was used before.

They are fetched only where there is a doubt.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from bff.energy import Integers
from bff.ledger.fetch import SamplesBySource, SampleSource
from bff.ledger.slots import DeviceRules, JudgedDevice, Witness, judge_device
from bff.time_grid import Interval
from bff.victoriametrics.counters import RawSamples
from energy_rules.history import HISTORY_HOURS, History
from energy_rules.limits import MW_MS_PER_UWH, MW_PER_W
from energy_rules.quantities import HOUR_MS
from energy_rules.series import DOUBTS, Power, known_use
from energy_rules.sources import NO_SAMPLES, Samples
from energy_rules.state import NoteKind

# What the power beside the counter may decide otherwise.
WITNESSED = {
    NoteKind.SILENCE,
    NoteKind.DOUBTFUL_RISE,
    NoteKind.DOUBTFUL_RESTART,
    NoteKind.FALL,
}


def judge_with_witnesses(
    source: SampleSource, rules: DeviceRules, samples: SamplesBySource
) -> JudgedDevice:
    """Judge a device; where anything is doubtful, once more with all that is known besides.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
    """
    judged = judge_device(rules, samples, source.now_ms)
    if not _has_notes(judged, WITNESSED):
        return judged
    power = _fetch_power(source, rules, samples)
    witnesses = {name: Witness(each) for name, each in power.items()}
    if power:
        judged = judge_device(rules, samples, source.now_ms, witnesses)
    if not _has_notes(judged, DOUBTS):
        return judged
    past = _fetch_known_use(source, rules, samples)
    witnesses |= {name: Witness(power.get(name), each) for name, each in past.items()}
    return judge_device(rules, samples, source.now_ms, witnesses)


def _has_notes(judged: JudgedDevice, kinds: Collection[NoteKind]) -> bool:
    return any(note.kind in kinds for each in judged.sources for note in each.notes)


def _fetch_power(
    source: SampleSource, rules: DeviceRules, samples: SamplesBySource
) -> Mapping[str, Power]:
    """Fetch the power of each source over the time of its samples."""
    there = [of_source for of_source in samples.values() if len(of_source)]
    start_ms = min(int(of_source.at_ms[0]) for of_source in there)
    end_ms = max(int(of_source.at_ms[-1]) for of_source in there) + 1
    found = source.fetch_power(rules.device, Interval(start_ms, end_ms))
    return {
        each.source: sums_of(found[each.source], each.limits.gap_limit_ms).beside(
            samples[each.source]
        )
        for each in rules.by_source()
        if each.source in found and len(samples.get(each.source, NO_SAMPLES))
    }


def _fetch_known_use(
    source: SampleSource, rules: DeviceRules, samples: SamplesBySource
) -> Mapping[str, History]:
    """Fetch what each source shows of the device's use in the 30 days before its samples."""
    first_ms = {name: int(each.at_ms[0]) for name, each in samples.items() if len(each)}
    since_ms = min(first_ms.values()) - HISTORY_HOURS * HOUR_MS
    before = source.fetch([rules.device], Interval(since_ms, max(first_ms.values())))[rules.device]
    return {
        each.source: known_use(_until(before[each.source], first_ms[each.source]), each.limits)
        for each in rules.by_source()
        if each.source in before and each.source in first_ms
    }


def _until(samples: Samples, at_ms: int) -> Samples:
    return samples.part(slice(int(np.searchsorted(samples.at_ms, at_ms))))


@dataclass(frozen=True, slots=True)
class PowerSums:
    """Integrated power of one source, since its first sample.

    Attributes:
        at_ms: Instants, rising.
        uwh: The energy up to each; what is fed back counts negative.
        known_ms: For how much of the time the power is known.
    """

    at_ms: Integers
    uwh: Integers
    known_ms: Integers

    def beside(self, samples: Samples) -> Power:
        """Return the sums at the instants of a counter's samples."""
        uwh = np.interp(samples.at_ms, self.at_ms, self.uwh)
        known_ms = np.interp(samples.at_ms, self.at_ms, self.known_ms)
        return Power(uwh.astype(np.int64), known_ms.astype(np.int64))


def sums_of(raw: RawSamples, gap_limit_ms: int) -> PowerSums:
    """Integrate power by the trapezoid between neighbouring samples, never across a silence."""
    order = np.argsort(raw.at_ms, kind="stable")
    at_ms, watts = raw.at_ms[order], raw.values[order]
    lasted_ms = np.diff(at_ms)
    mean_mw = (watts[1:] + watts[:-1]) / 2 * MW_PER_W
    # A stale marker is no number: the power is unknown on both of its sides.
    known = np.isfinite(mean_mw) & (lasted_ms <= gap_limit_ms)
    uwh = np.where(known, np.nan_to_num(mean_mw) * lasted_ms / MW_MS_PER_UWH, 0)
    return PowerSums(at_ms, _sums(np.rint(uwh)), _sums(np.where(known, lasted_ms, 0)))


def _sums(steps: np.ndarray) -> Integers:
    return np.append(0, np.cumsum(steps)).astype(np.int64)
