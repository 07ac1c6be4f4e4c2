"""Spans of energy as arrays, and cutting them at any instants, exactly.

The energy up to an instant is a whole number of micro-watt-hours, so differences of it add up
to the whole however finely time is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from energy_rules.samples import Booleans, Int64s
from energy_rules.state import Quality, Span

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
