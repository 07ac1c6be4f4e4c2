"""What is read of the sources of a device, and what counts of it, as arrays of exact integers.

Samples become spans of energy. The energy up to an instant is a whole number of micro-watt-hours,
so differences of it add up to the whole however finely time is cut. Of several sources of one
device one counts in each interval, never the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from energy_rules.limits import MW_PER_W, energy_uwh
from energy_rules.quantities import (
    MAX_KWH,
    MIN_AT_MS,
    MINUTE_MS,
    ROUNDING_UWH,
    UWH_PER_KWH,
    Booleans,
    Int64s,
)
from energy_rules.state import Quality, Span


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of one source of one device, in the order of their instants.

    Attributes:
        at_ms: Unix milliseconds, never falling. Two values of one instant are two samples.
        uwh: The value of the counter, micro-watt-hours.
    """

    at_ms: Int64s
    uwh: Int64s

    def __len__(self) -> int:
        return len(self.at_ms)

    def part(self, which: slice | Booleans) -> Self:
        """Return some of the samples."""
        return type(self)(self.at_ms[which], self.uwh[which])

    def is_same(self, other: Self) -> bool:
        """Return whether all samples are those of another one."""
        return np.array_equal(self.at_ms, other.at_ms) and np.array_equal(self.uwh, other.uwh)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Samples and how many were left out because no counter can have shown them then."""

    samples: Samples
    left_out: int


NO_SAMPLES = Samples(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def parse_samples(at_ms: Int64s, kwh: NDArray[np.float64], now_ms: int) -> Parsed:
    """Return what is sound of samples in any order, sorted.

    Args:
        at_ms: Unix milliseconds.
        kwh: Values of the counter; anything that a database can hold.
        now_ms: What is later comes from a wrong clock.
    """
    with np.errstate(invalid="ignore"):
        sound = (kwh >= 0) & (kwh <= MAX_KWH) & (at_ms >= MIN_AT_MS) & (at_ms <= now_ms)
    left_out = len(kwh) - int(np.count_nonzero(sound))
    if left_out:
        at_ms, kwh = at_ms[sound], kwh[sound]
    return Parsed(in_order(at_ms, np.rint(kwh * UWH_PER_KWH).astype(np.int64)), left_out)


def in_order(at_ms: Int64s, uwh: Int64s) -> Samples:
    """Sort by time, then value; of equal samples one is kept."""
    if (np.diff(at_ms) <= 0).any():
        order = np.lexsort((uwh, at_ms))
        at_ms, uwh = at_ms[order], uwh[order]
        new = np.append(True, (np.diff(at_ms) > 0) | (np.diff(uwh) > ROUNDING_UWH))
        at_ms, uwh = at_ms[new], uwh[new]
    return Samples(at_ms, uwh)


MIN_STUCK_MS = 30 * MINUTE_MS
MIN_STUCK_UWH = 20_000_000
MIN_STUCK_MW = 5 * MW_PER_W
# Below this the product of two durations fits 64 bits; longer ones use Python's integers.
MAX_64_BIT_MS = 3_000_000_000


@dataclass(frozen=True, slots=True)
class Spans:
    """Energy spread evenly over intervals.

    Attributes:
        start_ms: Where each begins, Unix milliseconds.
        end_ms: Where it ends; always later than its start.
        uwh: The energy in it, micro-watt-hours.
        quality: `Quality` of each.
        ordinary: Whether it shows what the device usually uses.
    """

    start_ms: Int64s
    end_ms: Int64s
    uwh: Int64s
    quality: NDArray[np.int8]
    ordinary: Booleans

    def __len__(self) -> int:
        return len(self.uwh)

    def part(self, which: slice | Booleans | Int64s) -> Self:
        """Return some of the spans."""
        return type(self)(
            self.start_ms[which],
            self.end_ms[which],
            self.uwh[which],
            self.quality[which],
            self.ordinary[which],
        )


def spans_of(spans: Sequence[Span]) -> Spans:
    """Return the same as arrays."""
    columns = list(zip(*spans, strict=True)) or [(), (), (), (), ()]
    start, end, uwh = (np.array(column, dtype=np.int64) for column in columns[:3])
    return Spans(
        start, end, uwh, np.array(columns[3], dtype=np.int8), np.array(columns[4], dtype=bool)
    )


def join(parts: Sequence[Spans]) -> Spans:
    """Return all spans of all parts, in their order."""
    return Spans(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("start_ms", "end_ms", "uwh", "quality", "ordinary")
        )
    )


def flatten(spans: Spans) -> Spans:
    """Return the same energy in intervals that are sorted and do not overlap.

    They overlap where a clock was set back, so that one hour of the record holds the energy of
    two, and where a doubt was freed whose time had been without energy.
    """
    if not (spans.start_ms[1:] < spans.end_ms[:-1]).any():
        return spans
    order = np.lexsort((spans.end_ms, spans.start_ms))
    spans = spans.part(order)
    reached_ms = np.maximum.accumulate(spans.end_ms)
    # A cluster begins where everything before it has ended.
    begins = np.append(True, spans.start_ms[1:] >= reached_ms[:-1])
    first = np.flatnonzero(begins)
    sizes = np.diff(np.append(first, len(spans)))
    crowded = [
        _split(spans.part(slice(start, start + size)))
        for start, size in zip(first.tolist(), sizes.tolist(), strict=True)
        if size > 1
    ]
    alone = spans.part(np.repeat(sizes == 1, sizes))
    both = join([alone, *crowded])
    return both.part(np.argsort(both.start_ms, kind="stable"))


def _split(spans: Spans) -> Spans:
    """Cut overlapping spans at each other's edges and add up what lies together."""
    edges = np.unique(np.concatenate([spans.start_ms, spans.end_ms]))
    uwh = np.zeros(len(edges) - 1, dtype=np.int64)
    quality = np.full(len(uwh), Quality.MEASURED, dtype=np.int8)
    known = np.zeros(len(uwh), dtype=bool)
    for start, end, energy, how in zip(
        spans.start_ms.tolist(),
        spans.end_ms.tolist(),
        spans.uwh.tolist(),
        spans.quality.tolist(),
        strict=True,
    ):
        first, last = np.searchsorted(edges, [start, end])
        up_to = [
            energy * (edge - start) // (end - start) for edge in edges[first : last + 1].tolist()
        ]
        uwh[first:last] += np.diff(up_to)
        known[first:last] = True
        if how == Quality.ESTIMATED:
            quality[first:last] = how
    return Spans(edges[:-1], edges[1:], uwh, quality, np.zeros(len(uwh), dtype=bool)).part(known)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Energy and known time; arrays of one shape, the last axis being time.

    Attributes:
        measured_uwh: Micro-watt-hours of quality `measured`.
        estimated_uwh: Of quality `estimated`.
        measured_ms: Milliseconds that were measured.
        estimated_ms: Milliseconds that were estimated.
    """

    measured_uwh: Int64s
    estimated_uwh: Int64s
    measured_ms: Int64s
    estimated_ms: Int64s

    def stacked(self) -> Int64s:
        """Return the four as one array, first axis in the order of the attributes."""
        return np.stack(
            [self.measured_uwh, self.estimated_uwh, self.measured_ms, self.estimated_ms]
        )


def amounts_of(stacked: Int64s) -> Amounts:
    """Return the inverse of `Amounts.stacked`."""
    return Amounts(stacked[0], stacked[1], stacked[2], stacked[3])


def between(spans: Spans, edges_ms: Int64s) -> Amounts:
    """Return energy and time between neighbouring edges: one fewer than there are edges.

    Args:
        spans: Sorted and not overlapping: see `flatten`.
        edges_ms: Unix milliseconds, sorted.
    """
    is_measured = spans.quality == Quality.MEASURED
    # Mostly all of them are: leaving none out would be a copy of every array.
    if is_measured.all():
        measured, estimated = spans, spans.part(slice(0))
    else:
        measured, estimated = spans.part(is_measured), spans.part(~is_measured)
    uwh, ms = _up_to(measured, edges_ms)
    estimated_uwh, estimated_ms = _up_to(estimated, edges_ms)
    return Amounts(np.diff(uwh), np.diff(estimated_uwh), np.diff(ms), np.diff(estimated_ms))


def _up_to(spans: Spans, instants_ms: Int64s) -> tuple[Int64s, Int64s]:
    """All energy and all time of the spans up to each instant."""
    if not len(spans):
        nothing = np.zeros(len(instants_ms), dtype=np.int64)
        return nothing, nothing
    lasts = spans.end_ms - spans.start_ms
    before = np.searchsorted(spans.start_ms, instants_ms, side="right") - 1
    here = np.maximum(before, 0)
    gone_ms = np.where(before < 0, 0, np.minimum(instants_ms - spans.start_ms[here], lasts[here]))
    uwh = _sums_before(spans.uwh)[here] + _share(spans.uwh[here], gone_ms, lasts[here])
    return uwh, _sums_before(lasts)[here] + gone_ms


def _sums_before(numbers: Int64s) -> Int64s:
    return np.cumsum(numbers) - numbers


def _share(uwh: Int64s, gone_ms: Int64s, lasts_ms: Int64s) -> Int64s:
    """`uwh * gone / lasts` rounded down, without leaving 64 bits."""
    each, rest = np.divmod(uwh, lasts_ms)
    if lasts_ms.max(initial=0) > MAX_64_BIT_MS:
        rest = rest.astype(object)
    return each * gone_ms + (rest * gone_ms // lasts_ms).astype(np.int64)


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
