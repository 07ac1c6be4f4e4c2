"""Power beside the counter: the witness of what is doubtful. Fetched only where something is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bff.energy import Integers
from bff.ledger.device_rules import DeviceRules
from bff.ledger.fetch import SamplesBySource, SampleSource
from bff.ledger.slots import JudgedDevice, judge_device
from bff.time_grid import Interval
from bff.victoriametrics.counters import RawSamples
from energy_rules.limits import MW_MS_PER_UWH, MW_PER_W
from energy_rules.samples import Samples
from energy_rules.series import Power
from energy_rules.state import NoteKind

# What the power beside the counter may decide otherwise.
WITNESSED = {
    NoteKind.SILENCE,
    NoteKind.DOUBTFUL_RISE,
    NoteKind.DOUBTFUL_RESTART,
    NoteKind.FALL,
}


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


def judge_with_power(
    source: SampleSource, rules: DeviceRules, samples: SamplesBySource
) -> JudgedDevice:
    """Judge a device; where anything is doubtful, once more with its power as the witness.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
    """
    judged = judge_device(rules, samples, source.now_ms)
    if not any(note.kind in WITNESSED for each in judged.sources for note in each.notes):
        return judged
    power = _fetch_power(source, rules, samples)
    return judge_device(rules, samples, source.now_ms, power) if power else judged


def _fetch_power(
    source: SampleSource, rules: DeviceRules, samples: SamplesBySource
) -> Mapping[str, Power]:
    """Fetch the power of each source over the time of its samples."""
    there = [of_source for of_source in samples.values() if len(of_source)]
    if not there:
        return {}
    start_ms = min(int(of_source.at_ms[0]) for of_source in there)
    end_ms = max(int(of_source.at_ms[-1]) for of_source in there) + 1
    found = source.fetch_power(rules.device, Interval(start_ms, end_ms))
    return {
        each.source: sums_of(found[each.source], each.limits.gap_limit_ms).beside(
            samples[each.source]
        )
        for each in rules.by_source()
        if each.source in found and len(samples[each.source])
    }


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
