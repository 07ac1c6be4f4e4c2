"""One device, several sources: in each interval one of them counts, never the sum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from energy_rules.limits import MW_PER_W, energy_uwh
from energy_rules.quantities import MINUTE_MS
from energy_rules.samples import Int64s
from energy_rules.spread import Amounts, Spans, amounts_of, between
from energy_rules.state import Quality

MIN_STUCK_MS = 30 * MINUTE_MS
MIN_STUCK_UWH = 20_000_000
MIN_STUCK_MW = 5 * MW_PER_W


@dataclass(frozen=True, slots=True)
class Source:
    """What one source of a device comes to.

    Attributes:
        spans: Its energy, sorted and not overlapping.
        step_uwh: See `Learned`.
        renewal_ms: See `Learned`.
    """

    spans: Spans
    step_uwh: int
    renewal_ms: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """A time in which a source stood still while another one measured.

    Attributes:
        source: The position of the source.
        start_ms: When it began to stand still.
        end_ms: When it moved again, or was last read.
        uwh: What the other source measured.
    """

    source: int
    start_ms: int
    end_ms: int
    uwh: int


def find_stuck(sources: Sequence[Source]) -> list[Stuck]:
    """Return all times in which a source stood still while another one measured."""
    if len(sources) == 1:
        return []
    return [
        stuck
        for position, source in enumerate(sources)
        for start_ms, end_ms in _still(source)
        for stuck in _stuck(sources, position, start_ms, end_ms)
    ]


def _still(source: Source) -> list[tuple[int, int]]:
    """The times in which the counter was read and did not change."""
    spans = source.spans
    still = np.flatnonzero((spans.uwh == 0) & (spans.quality == Quality.MEASURED))
    runs: list[tuple[int, int]] = []
    for start_ms, end_ms in zip(
        spans.start_ms[still].tolist(), spans.end_ms[still].tolist(), strict=True
    ):
        if runs and runs[-1][1] == start_ms:
            runs[-1] = runs[-1][0], end_ms
        else:
            runs.append((start_ms, end_ms))
    least_ms = max(MIN_STUCK_MS, 2 * source.renewal_ms)
    return [(start_ms, end_ms) for start_ms, end_ms in runs if end_ms - start_ms >= least_ms]


def _stuck(sources: Sequence[Source], position: int, start_ms: int, end_ms: int) -> list[Stuck]:
    edges = np.array([start_ms, end_ms], dtype=np.int64)
    for other, source in enumerate(sources):
        if other == position:
            continue
        amounts = between(source.spans, edges)
        uwh, measured_ms = int(amounts.measured_uwh[0]), int(amounts.measured_ms[0])
        least_uwh = max(2 * source.step_uwh, 2 * sources[position].step_uwh, MIN_STUCK_UWH)
        if uwh >= max(least_uwh, energy_uwh(MIN_STUCK_MW, measured_ms)):
            return [Stuck(position, start_ms, end_ms, uwh)]
    return []


def without_stuck(sources: Sequence[Source], stuck: Sequence[Stuck]) -> list[Spans]:
    """Return the spans of each source without the times in which it was stuck."""
    return [
        _without(source.spans, [each for each in stuck if each.source == position])
        for position, source in enumerate(sources)
    ]


def _without(spans: Spans, stuck: Sequence[Stuck]) -> Spans:
    if not stuck:
        return spans
    keep = np.ones(len(spans), dtype=bool)
    for each in stuck:
        inside = (spans.start_ms >= each.start_ms) & (spans.end_ms <= each.end_ms)
        keep &= ~(inside & (spans.uwh == 0))
    return spans.part(keep)


def choose(sources: Sequence[Amounts]) -> Int64s:
    """For each interval return the position of the source that counts.

    It is the one that measured most of the time; among equals the one that estimated most, then
    the first in order. So a source that fell silent for a part of an interval gives way to one
    that measured all of it, and the order decides whenever both measured all.
    """
    if len(sources) == 1:
        return np.zeros(len(sources[0].measured_ms), dtype=np.int64)
    measured_ms = np.stack([source.measured_ms for source in sources])
    estimated_ms = np.stack([source.estimated_ms for source in sources])
    # argmax takes the first of equals. An interval's time is far below the factor.
    return np.argmax((measured_ms << np.int64(31)) + estimated_ms, axis=0)


def chosen(sources: Sequence[Amounts], choice: Int64s) -> Amounts:
    """Return of each interval what the chosen source measured."""
    if len(sources) == 1:
        return sources[0]
    stacked = np.stack([source.stacked() for source in sources])
    return amounts_of(stacked[choice, :, np.arange(len(choice))].T)
