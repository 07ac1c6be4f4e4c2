"""Where meters were not measured, and the energy of the few intervals that this concerns. Pure.

Over days on which a meter was measured always, what is behind it is taken from it as a sum. All
else is looked at in cells: a slot where the meter was measured for a part of the day, a whole day
or a whole column where it was not measured at all. A cell of a meter never straddles one of the
meter above it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bff.energy import Energy, EnergyBetween, EnergyOfCells, Integers
from bff.time_grid import DAY_MS, SLOT_MS, Interval, day_start, slot_start

QUANTITIES = 5


@dataclass(frozen=True, slots=True)
class Cells:
    """Intervals that do not overlap, in the order of time.

    Attributes:
        start_ms: Unix milliseconds.
        end_ms: The end of each.
        column: The position of the interval of `Measured` that each lies in.
    """

    start_ms: Integers
    end_ms: Integers
    column: Integers

    @classmethod
    def none(cls) -> Self:
        """Return no cells."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing)

    def only(self, wanted: NDArray[np.bool_]) -> "Cells":
        """Return some of them."""
        return Cells(self.start_ms[wanted], self.end_ms[wanted], self.column[wanted])

    def are_columns(self, edges: Sequence[int]) -> NDArray[np.bool_]:
        """Return which cells are whole columns."""
        at_ms = np.array(edges, dtype=np.int64)
        starts, ends = at_ms[self.column], at_ms[self.column + 1]
        return (self.start_ms == starts) & (self.end_ms == ends)

    def by_column(self, values: Integers, columns: slice) -> Integers:
        """Add up values of cells by column; the last axis is that of the cells."""
        starts = np.searchsorted(self.column, np.arange(columns.start, columns.stop + 1))
        none = np.zeros((*values.shape[:-1], 1), dtype=np.int64)
        up_to = np.concatenate([none, np.cumsum(values, axis=-1)], axis=-1)
        return np.diff(up_to[..., starts], axis=-1)


@dataclass(frozen=True, slots=True)
class Above:
    """Where the meter above has cells: those of a meter behind it must not be larger.

    Attributes:
        days: The days with cells that are finer than a column.
        slots: The days with cells that are finer than a day.
    """

    days: frozenset[int] = frozenset()
    slots: frozenset[int] = frozenset()

    @classmethod
    def of(cls, cells: Cells, edges: Sequence[int]) -> Self:
        """Return where cells are."""
        day_ms = cells.start_ms // DAY_MS * DAY_MS
        is_finer = ~cells.are_columns(edges)
        in_day = is_finer & (cells.end_ms - cells.start_ms < DAY_MS)
        return cls(*(frozenset(np.unique(day_ms[some]).tolist()) for some in (is_finer, in_day)))


@dataclass(frozen=True, slots=True)
class Gaps:
    """Where labels were not measured, and how to measure them in cells.

    Attributes:
        edges: Of the columns, Unix milliseconds.
        open_ms: From this day on it is not stored which days were measured in part.
        uneven: For each label the days it was not measured for as a whole, with for how long.
        labels: Which of them are measured together since `open_ms`.
        open_slots: What these measured since then, once it was asked for.
    """

    source: EnergyOfCells
    edges: Sequence[int]
    open_ms: int
    uneven: Mapping[str, Mapping[int, int]]
    labels: Sequence[str] = ()
    open_slots: list["MeasuredCells"] = field(default_factory=list)

    def measure(self, labels: Sequence[str], cells: Cells) -> Integers:
        """Return the quantities of `Energy` of labels in cells."""
        amounts = np.zeros((QUANTITIES, len(labels), len(cells.start_ms)), dtype=np.int64)
        is_open = cells.start_ms >= self.open_ms
        if is_open.any() and set(labels).issubset(self.labels):
            amounts[:, :, is_open] = self._measured_since_open().at(labels, cells.only(is_open))
            cells, rest = cells.only(~is_open), ~is_open
        else:
            rest = np.ones(len(is_open), dtype=bool)
        if rest.any():
            found = self.source.at(labels, cells.start_ms, cells.end_ms)
            amounts[:, :, rest] = found.stacked()
        return amounts

    def _measured_since_open(self) -> "MeasuredCells":
        """Measure all labels at once: each is asked for the same slots, of the last days."""
        if not self.open_slots:
            start_ms, end_ms = max(self.edges[0], self.open_ms), self.edges[-1]
            grid = range(slot_start(start_ms) + SLOT_MS, end_ms, SLOT_MS)
            inside = (edge for edge in self.edges if start_ms < edge < end_ms)
            edges = np.array(sorted({start_ms, end_ms, *grid, *inside}), dtype=np.int64)
            amounts = self.source.at(self.labels, edges[:-1], edges[1:]).stacked()
            rows = {label: row for row, label in enumerate(self.labels)}
            self.open_slots.append(MeasuredCells(edges[:-1], rows, amounts))
        return self.open_slots[0]

    def cells(
        self, labels: Sequence[str], columns: slice, how: "HowMeasured", above: Above
    ) -> Cells:
        """Return the cells in which one of the labels may not have been measured as a whole.

        Args:
            labels: The meter; of the house all that measure it.
            columns: Of which columns.
            how: How the labels were measured in these columns.
            above: Where the meter above has cells.
        """
        found = list(self._cells(labels, columns, how, above))
        if not found:
            return Cells.none()
        starts, ends, column = zip(*found, strict=True)
        lengths = [len(each) for each in starts]
        return Cells(np.concatenate(starts), np.concatenate(ends), np.repeat(column, lengths))

    def _cells(
        self, labels: Sequence[str], columns: slice, how: "HowMeasured", above: Above
    ) -> Iterator[tuple[Integers, Integers, int]]:
        days = sorted({day for label in labels for day in self.uneven.get(label, ())})
        for position in np.flatnonzero(~how.always).tolist():
            column = columns.start + position
            start_ms, end_ms = self.edges[column], self.edges[column + 1]
            is_asked_above = any(day_start(start_ms) <= day < end_ms for day in above.days)
            if how.whole[position] and not is_asked_above:
                yield np.array([start_ms]), np.array([end_ms]), column
                continue
            first = bisect_left(days, day_start(start_ms))
            of_column = days[first : bisect_left(days, end_ms)]
            open_days = range(max(day_start(start_ms), self.open_ms), end_ms, DAY_MS)
            for day in sorted({*of_column, *open_days}):
                yield *self._of_day(labels, day, Interval(start_ms, end_ms), above), column

    def _of_day(
        self, labels: Sequence[str], day: int, column: Interval, above: Above
    ) -> tuple[Integers, Integers]:
        start_ms, end_ms = max(day, column.start_ms), min(day + DAY_MS, column.end_ms)
        known = {self.uneven.get(label, {}).get(day, DAY_MS) for label in labels}
        is_whole = end_ms - start_ms == DAY_MS and day < self.open_ms
        if is_whole and known <= {0, DAY_MS} and day not in above.slots:
            return np.array([start_ms]), np.array([end_ms])
        inside = np.arange(start_ms // SLOT_MS * SLOT_MS + SLOT_MS, end_ms, SLOT_MS)
        return np.append(start_ms, inside), np.append(inside, end_ms)


@dataclass(frozen=True, slots=True)
class MeasuredCells:
    """What labels measured in neighbouring cells.

    Attributes:
        start_ms: Of each cell, Unix milliseconds.
        row: The position of each label.
        amounts: The quantities of `Energy`: shape (quantities, labels, cells).
    """

    start_ms: Integers
    row: Mapping[str, int]
    amounts: Integers

    def at(self, labels: Sequence[str], cells: Cells) -> Integers:
        """Return the quantities of labels in some of the cells."""
        rows = [self.row[label] for label in labels]
        return self.amounts[:, rows][:, :, np.searchsorted(self.start_ms, cells.start_ms)]


@dataclass(frozen=True, slots=True)
class HowMeasured:
    """How meters were measured, by column.

    Attributes:
        always: All of them, in all of the column.
        whole: Each of them in all of the column or in nothing of it.
    """

    always: NDArray[np.bool_]
    whole: NDArray[np.bool_]

    @classmethod
    def of(cls, known_ms: Integers, missing_ms: Integers) -> Self:
        """Return how meters were measured, from arrays of shape (meters, columns)."""
        in_part = (known_ms > 0) & (missing_ms > 0)
        return cls((missing_ms == 0).all(axis=0), ~in_part.any(axis=0))


@dataclass(frozen=True, slots=True)
class ByEdges:
    """Cells of energy that is only known between edges; every day may be measured in part."""

    energy_between: EnergyBetween

    def open_from_ms(self) -> int:
        """Return the first day that is not stored: none is."""
        return 0

    def uneven_days(
        self, devices: Sequence[str], interval: Interval
    ) -> Mapping[str, Mapping[int, int]]:
        """Return no days: none is stored."""
        del devices, interval
        return {}

    def at(self, devices: Sequence[str], starts_ms: Integers, ends_ms: Integers) -> Energy:
        """Return the energy of devices in cells."""
        edges = np.unique(np.concatenate([starts_ms, ends_ms]))
        energy = self.energy_between(devices, edges.tolist()).stacked()
        return Energy(*energy[:, :, np.searchsorted(edges, starts_ms)])


def gaps_of(
    energy_between: EnergyBetween,
    edges: Sequence[int],
    meters: Sequence[str],
    labels: Sequence[str],
) -> Gaps:
    """Return where meters were not measured between the first and the last edge.

    Args:
        energy_between: Measured energy between edges, or in cells too.
        edges: Of the columns, Unix milliseconds.
        meters: Labels of meters.
        labels: Of all that may be measured: these, and what is behind them.
    """
    is_known = isinstance(energy_between, EnergyOfCells)
    source = energy_between if is_known else ByEdges(energy_between)
    uneven = source.uneven_days(meters, Interval(day_start(edges[0]), edges[-1]))
    return Gaps(source, edges, source.open_from_ms(), uneven, labels if is_known else ())
