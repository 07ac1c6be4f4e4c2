"""Power beside the counter: the witness of what is doubtful. Pure."""

from dataclasses import dataclass

import numpy as np

from bff.energy import Integers
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
