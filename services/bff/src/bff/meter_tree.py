"""Meters above meters: what each device used itself, and what no device explains. Pure.

Every watt-hour counts once: a meter's own share (its rest) is what it measured less what the
devices behind it measured while the meter itself was measured. Totals add up own shares.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np

from bff.energy import Energy, EnergyBetween, EnergyOfCells, Integers
from bff.meter_gaps import Above, Cells, Gaps, HowMeasured, gaps_of
from bff.register.register import Entry, by_name, change_instants, upstream_of, with_exported
from bff.time_grid import DAY_MS, Interval
from home_model.config import Kind

# Behind a meter these feed it: its own share is what it measured plus what they gave.
FEEDING_KINDS: frozenset[Kind] = frozenset({"generation", "discharge"})
# What is used in a house, from the meters of where its electricity comes from and goes to (T5).
SIGNS: Mapping[Kind, int] = {
    "grid": 1,
    "grid_import": 1,
    "generation": 1,
    "discharge": 1,
    "grid_export": -1,
    "charge": -1,
}
BOUGHT_KINDS: frozenset[Kind] = frozenset({"grid", "grid_import"})


type Pair = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class MeterNotes:
    """What a range shows of meters with something behind them. None is the house as a whole.

    Attributes:
        missing_ms: For how long a meter was not measured.
        unmeasured_ms: For how long a device was not measured and the meter above it was.
        behind_uwh: What was taken from a meter for a device behind it.
        meters_uwh: All that a meter measured, and its own share.
    """

    missing_ms: Mapping[str, int] = field(default_factory=dict)
    unmeasured_ms: Mapping[tuple[str, str], int] = field(default_factory=dict)
    behind_uwh: Mapping[Pair, int] = field(default_factory=dict)
    meters_uwh: Mapping[str | None, tuple[int, int]] = field(default_factory=dict)


type Note = Literal["missing_ms", "unmeasured_ms", "behind_uwh", "through_uwh", "own_uwh"]


@dataclass(frozen=True, slots=True)
class NotesByInterval:
    """What `MeterNotes` has of a whole range, of each interval between edges.

    Attributes:
        edges: Unix milliseconds.
        parts: What was noted of some keys in some intervals: shape (keys, intervals).
    """

    edges: Sequence[int]
    parts: list[tuple[Note, Sequence[Any], slice, Integers]] = field(default_factory=list)

    def add(self, note: Note, keys: Sequence[Any], columns: slice, values: Integers) -> None:
        """Note values of some keys in some intervals; one key may have values without its axis."""
        if keys:
            self.parts.append((note, keys, columns, np.atleast_2d(values)))

    def between(self, from_ms: int, to_ms: int) -> MeterNotes:
        """Return what the intervals between two of the edges show."""
        first, end = np.searchsorted(self.edges, (from_ms, to_ms)).tolist()
        found: dict[Note, dict[Any, int]] = defaultdict(dict)
        for note, keys, columns, values in self.parts:
            within = values[:, max(first - columns.start, 0) : max(end - columns.start, 0)]
            sums = found[note]
            for key, value in zip(keys, within.sum(axis=1).tolist(), strict=True):
                sums[key] = sums.get(key, 0) + value
        own_uwh = found["own_uwh"]
        return MeterNotes(
            found["missing_ms"],
            {pair: ms for pair, ms in found["unmeasured_ms"].items() if ms},
            found["behind_uwh"],
            {meter: (uwh, own_uwh[meter]) for meter, uwh in found["through_uwh"].items()},
        )


@dataclass(frozen=True, slots=True)
class OwnEnergy:
    """Own shares and all that was measured, of entries between edges.

    Attributes:
        entries: The rows.
        edges: Unix milliseconds; an interval lies between two neighbours.
        own: Shape (entries, intervals); negative where the devices behind a meter measured more
            than the meter. Of what is not a load it has no energy: it is not used up.
        through: All that each entry's meter measured.
        house_rest: Shape (1, intervals): what no device explains, by the meters of the grid and
            of generation, where no house meter was measured.
        balance_uwh: Per interval, what those meters give beyond the house meter.
        notes: What the finest intervals show of the meters.
    """

    entries: Sequence[Entry]
    edges: Sequence[int]
    own: Energy
    through: Energy
    house_rest: Energy
    balance_uwh: Integers
    notes: NotesByInterval

    def between(self, entries: Sequence[Entry], edges: Sequence[int]) -> "OwnEnergy":
        """Return the part of some of the entries between some of the edges."""
        if entries == self.entries and edges == self.edges:
            return self
        row = {entry: position for position, entry in enumerate(self.entries)}
        rows, positions = [row[entry] for entry in entries], np.searchsorted(self.edges, edges)
        own, through = self.own.stacked()[:, rows], self.through.stacked()[:, rows]
        stacked = own, through, self.house_rest.stacked()
        sums = (Energy(*_sums(each, positions)) for each in stacked)
        balance_uwh = _sums(self.balance_uwh, positions)
        return OwnEnergy(entries, edges, *sums, balance_uwh, self.notes)

    def meter_notes(self) -> MeterNotes:
        """Return what the whole range shows of its meters."""
        return self.notes.between(self.edges[0], self.edges[-1])


def _sums(values: Integers, positions: Integers) -> Integers:
    """Return the sums of intervals between the edges at these positions; on the last axis."""
    if len(positions) == values.shape[-1] + 1:
        return values  # each interval by itself
    return np.add.reduceat(values[..., : positions[-1]], positions[:-1], axis=-1)


def own_energy(
    energy_between: EnergyBetween,
    tree: Sequence[Entry],
    wanted: Sequence[Entry],
    edges: Sequence[int],
    *,
    with_house: bool = False,
) -> OwnEnergy:
    """Return what each wanted entry used itself between neighbouring edges.

    Args:
        energy_between: Measured energy of labels between edges.
        tree: All entries of the register.
        wanted: The entries of the rows of the result.
        edges: Sorted Unix milliseconds.
        with_house: Whether `house_rest` is wanted, for which every device is needed.
    """
    interval = Interval(edges[0], edges[-1])
    needed = with_exported(tree) if with_house else _with_downstream(tree, wanted)
    rows = list(dict.fromkeys([*wanted, *needed]))
    open_days = _open_days(energy_between, interval)
    finer = sorted({*edges, *change_instants(rows, interval), *open_days})
    measured = _measure(energy_between, rows, finer)
    shares = _shares(energy_between, measured, with_house=with_house)
    positions = np.searchsorted(measured.edges, edges)
    own, through = shares.own[:, : len(wanted)], measured.stacked[:, : len(wanted)]
    sums = (Energy(*_sums(each, positions)) for each in (own, through, shares.house))
    balance_uwh = _sums(shares.balance_uwh, positions)
    return OwnEnergy(wanted, edges, *sums, balance_uwh, shares.notes)


def _with_downstream(tree: Sequence[Entry], wanted: Sequence[Entry]) -> list[Entry]:
    """Return the entries of these devices and of all that ever was behind them."""
    names = {name for entry in wanted for name in (entry.device, entry.label)}
    count = 0
    while count != len(names):
        count = len(names)
        names |= {entry.device for entry in tree if entry.upstream in names}
    return [entry for entry in tree if entry.device in names]


@dataclass(frozen=True, slots=True)
class Nodes:
    """The tree at one time, by the positions of the entries that hold then.

    Attributes:
        behind: Of each meter the entries directly behind it; meters below come before those above.
        tops: The loads that are behind no meter, without the house meter.
        house_meter: The position of the house meter.
        flows: Where there is a grid meter: it, and generation and storage behind no meter.
    """

    behind: Mapping[int, Sequence[int]]
    tops: Sequence[int]
    house_meter: int | None
    flows: Sequence[int]


@dataclass(frozen=True, slots=True)
class Measured:
    """The energy of entries between edges.

    Attributes:
        stacked: The quantities of `Energy`: shape (quantities, entries, intervals); zero while an
            entry does not hold.
        known_ms: For how long each entry was measured or estimated.
        length_ms: Of each interval, as far as it is in the past.
        periods: Intervals in which the tree does not change.
    """

    entries: Sequence[Entry]
    edges: Sequence[int]
    stacked: Integers
    known_ms: Integers
    length_ms: Integers
    periods: Sequence[tuple[slice, Nodes]]


def _open_days(energy_between: EnergyBetween, interval: Interval) -> Iterator[int]:
    """Yield the days inside an interval that are not stored: each is a column of its own."""
    if isinstance(energy_between, EnergyOfCells):
        days = range(energy_between.open_from_ms(), interval.end_ms, DAY_MS)
        yield from (day for day in days if day > interval.start_ms)


def _measure(
    energy_between: EnergyBetween, entries: Sequence[Entry], edges: Sequence[int]
) -> Measured:
    labels = list(dict.fromkeys(entry.label for entry in entries))
    energy = energy_between(labels, edges)
    by_label = energy.stacked()
    row = {label: position for position, label in enumerate(labels)}
    starts = np.array(edges[:-1], dtype=np.int64)
    holds = np.array(
        [(starts >= entry.from_ms) & (starts < entry.to_ms) for entry in entries], dtype=bool
    )
    if len(labels) < len(entries):
        by_label = by_label[:, [row[entry.label] for entry in entries]]
    stacked = by_label if holds.all() else by_label * holds
    return Measured(
        entries,
        edges,
        stacked,
        known_ms=stacked[2] + stacked[3],
        length_ms=by_label[2:, 0].sum(axis=0),
        periods=list(_periods(entries, holds)),
    )


def _periods(entries: Sequence[Entry], holds: np.ndarray) -> Iterator[tuple[slice, Nodes]]:
    changes = np.flatnonzero((holds[:, 1:] != holds[:, :-1]).any(axis=0)) + 1
    starts = [0, *changes.tolist(), holds.shape[1]]
    for start, end in pairwise(starts):
        yield slice(start, end), nodes_of(entries, np.flatnonzero(holds[:, start]).tolist())


def nodes_of(entries: Sequence[Entry], positions: Sequence[int]) -> Nodes:
    """Return the tree of the entries at these positions, which hold at the same time."""
    position = {entries[each]: each for each in positions}
    present = by_name(position)
    above = {
        each: position[upstream]
        for each in positions
        if (upstream := upstream_of(entries[each], present)) is not None
    }
    depths = {each: _depth(each, above) for each in positions}
    # What is behind itself, as after a correction that made a circle, is behind nothing.
    above = {each: meter for each, meter in above.items() if depths[each] is not None}
    loads = [each for each in positions if entries[each].kind == "load"]
    house_meter = next((each for each in loads if entries[each].house_meter), None)
    tops = [each for each in loads if each not in above and each != house_meter]
    behind: dict[int, list[int]] = defaultdict(list)
    for each in sorted(above, key=lambda one: -(depths[one] or 0)):
        behind[above[each]].append(each)
    if house_meter is not None:
        behind[house_meter] = [*behind.pop(house_meter, []), *tops]
    return Nodes(behind, tops, house_meter, _flows(entries, positions, above))


def _depth(position: int, above: Mapping[int, int]) -> int | None:
    """Return how many meters are above; None where one of them is behind this one."""
    path = [position]
    while (meter := above.get(path[-1])) is not None:
        if meter in path:
            return None
        path.append(meter)
    return len(path) - 1


def _flows(
    entries: Sequence[Entry], positions: Sequence[int], above: Mapping[int, int]
) -> list[int]:
    if not any(entries[each].kind in BOUGHT_KINDS for each in positions):
        return []
    return [each for each in positions if entries[each].kind in SIGNS and each not in above]


@dataclass(frozen=True, slots=True)
class Shares:
    """What is taken from each meter, from the lowest up.

    Attributes:
        own: The quantities of `Energy` of every entry's own share.
        house: The quantities of `Energy` of the house's rest, shape (quantities, 1, intervals).
        balance_uwh: See `OwnEnergy`.
        notes: See `OwnEnergy`.
    """

    own: Integers
    house: Integers
    balance_uwh: Integers
    notes: NotesByInterval

    @classmethod
    def before(cls, measured: Measured) -> Self:
        """Return shares from which nothing is taken yet."""
        own = measured.stacked.copy()
        own[:2, [entry.kind != "load" for entry in measured.entries]] = 0
        intervals = len(measured.length_ms)
        house = np.zeros((5, 1, intervals), np.int64)
        return cls(own, house, np.zeros(intervals, np.int64), NotesByInterval(measured.edges))


@dataclass(frozen=True, slots=True)
class Period:
    """Intervals in which the tree does not change.

    Attributes:
        gaps: How to measure the cells in which a meter was not measured as a whole.
    """

    measured: Measured
    gaps: Gaps
    columns: slice
    nodes: Nodes

    def known_ms(self, position: int) -> Integers:
        """Return for how long an entry was measured, by interval."""
        return self.measured.known_ms[position, self.columns]

    def uwh(self, position: int) -> Integers:
        """Return what an entry measured and estimated, by interval."""
        return self.measured.stacked[:2, position, self.columns]

    def in_cells(self, cells: Cells, positions: Sequence[int]) -> Integers:
        """Return the quantities of `Energy` of entries in cells."""
        amounts = self.measured.stacked[:, positions][:, :, cells.column]
        is_finer = ~cells.are_columns(self.measured.edges)
        labels = [self.measured.entries[each].label for each in positions]
        amounts[:, :, is_finer] = self.gaps.measure(labels, cells.only(is_finer))
        return amounts

    def missing_cells(
        self, positions: Sequence[int], above: Cells | None
    ) -> tuple[Cells, Integers]:
        """Return the cells in which any of some entries was not measured, and what they measured.

        Args:
            positions: A meter; of the house all that measure it.
            above: The cells of the meter above.
        """
        how = HowMeasured.of(
            self.measured.known_ms[positions, self.columns],
            self.measured.stacked[4, positions, self.columns],
        )
        edges = self.measured.edges
        finer = Above() if above is None else Above.of(above, edges)
        labels = [self.measured.entries[each].label for each in positions]
        cells = self.gaps.cells(labels, self.columns, how, finer)
        amounts = self.in_cells(cells, positions)
        is_missing = (amounts[4] > 0).any(axis=0)
        return cells.only(is_missing), amounts[:, :, is_missing]


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What is behind a meter and is not taken from it: it was not measured at that time.

    Attributes:
        uwh: Measured and estimated, by cell; behind a meter that feeds it, negative.
        covered_ms: For how long the meter or something behind it was measured, by cell.
        by_column: The sums of `uwh`.
    """

    cells: Cells
    uwh: Integers
    covered_ms: Integers
    by_column: Integers

    def within(self, cells: Cells) -> Integers:
        """Return what is passed on in the cells of the meter above."""
        sums = np.pad(np.cumsum(self.uwh, axis=1), ((0, 0), (1, 0)))
        starts, ends = (
            np.searchsorted(self.cells.start_ms, at_ms) for at_ms in (cells.start_ms, cells.end_ms)
        )
        return sums[:, ends] - sums[:, starts]

    def covered_in(self, cells: Cells, known_ms: Integers) -> Integers:
        """Return for how long anything was measured; outside its own cells the meter was."""
        if not len(self.cells.start_ms):
            return known_ms
        found = np.searchsorted(self.cells.start_ms, cells.start_ms)
        found = np.minimum(found, len(self.cells.start_ms) - 1)
        is_own = self.cells.start_ms[found] == cells.start_ms
        return np.where(is_own, self.covered_ms[found], known_ms)


type PassedOnBy = dict[int, PassedOn]


def _shares(energy_between: EnergyBetween, measured: Measured, *, with_house: bool) -> Shares:
    shares = Shares.before(measured)
    meters = {
        measured.entries[each].label
        for _, nodes in measured.periods
        for each in (*nodes.behind, *(nodes.flows if with_house else ()))
    }
    labels = list(dict.fromkeys(entry.label for entry in measured.entries))
    gaps = gaps_of(energy_between, measured.edges, sorted(meters), labels)
    for columns, nodes in measured.periods:
        period = Period(measured, gaps, columns, nodes)
        of_house = _house_cells(period) if with_house and nodes.flows else None
        cells = _meter_cells(period, None if of_house is None else of_house[0])
        passed_on: PassedOnBy = {}
        for meter in nodes.behind:
            passed_on[meter] = _take(shares, period, meter, cells[meter], passed_on)
        if of_house is not None:
            _add_house(shares, period, of_house, passed_on)
    return shares


def _meter_cells(period: Period, of_house: Cells | None) -> Mapping[int, tuple[Cells, Integers]]:
    """Return the cells of each meter, from the uppermost down, with what it measured in them."""
    above = {each: meter for meter, behind in period.nodes.behind.items() for each in behind}
    found: dict[int, tuple[Cells, Integers]] = {}
    for meter in reversed(list(period.nodes.behind)):
        cells_above = found[above[meter]][0] if meter in above else of_house
        found[meter] = period.missing_cells([meter], cells_above)
    return found


def _house_cells(period: Period) -> tuple[Cells, Integers]:
    return period.missing_cells(_members(period.nodes), None)


def _members(nodes: Nodes) -> list[int]:
    """Return what measures the house as a whole: the house meter, if there is one, is the last."""
    return [*nodes.flows, *([] if nodes.house_meter is None else [nodes.house_meter])]


def _take(
    shares: Shares,
    period: Period,
    meter: int,
    in_cells: tuple[Cells, Integers],
    passed_on: Mapping[int, PassedOn],
) -> PassedOn:
    """Take from a meter's own share what is behind it, and return what is not taken."""
    (cells, of_meter), columns = in_cells, period.columns
    behind, entries = period.nodes.behind[meter], period.measured.entries
    known_ms, length_ms = of_meter[2:4, 0].sum(axis=0), of_meter[2:, 0].sum(axis=0)
    amounts = period.in_cells(cells, behind)
    left_uwh, covered_ms = np.zeros_like(of_meter[:2, 0]), known_ms
    name, notes, behind_uwh = entries[meter].device, shares.notes, list[Integers]()
    for place, each in enumerate(behind):
        sign = -1 if entries[each].kind in FEEDING_KINDS else 1
        net_uwh, of_each_ms = _net(period, each, (cells, amounts[:, place]), passed_on)
        cut_uwh = _cut(net_uwh.cells, of_each_ms, known_ms, length_ms)
        lost_uwh = sign * net_uwh.cells - sign * cut_uwh
        taken_uwh = sign * net_uwh.columns - cells.by_column(lost_uwh, columns)
        shares.own[:2, meter, columns] -= taken_uwh
        left_uwh += lost_uwh
        covered_ms = np.maximum(covered_ms, of_each_ms)
        behind_uwh.append(taken_uwh.sum(axis=0))
    pairs = [(name, entries[each].device) for each in behind]
    more_ms = cells.by_column(np.maximum(0, amounts[2:4].sum(axis=0) - known_ms), columns)
    lacking_ms = period.known_ms(meter) - period.measured.known_ms[behind, columns] + more_ms
    notes.add("behind_uwh", pairs, columns, np.array(behind_uwh))
    notes.add("unmeasured_ms", pairs, columns, lacking_ms)
    notes.add("through_uwh", [name], columns, period.uwh(meter).sum(axis=0))
    notes.add("own_uwh", [name], columns, shares.own[:2, meter, columns].sum(axis=0))
    notes.add("missing_ms", [name], columns, period.measured.stacked[4, meter, columns])
    return PassedOn(cells, left_uwh, covered_ms, cells.by_column(left_uwh, columns))


@dataclass(frozen=True, slots=True)
class Net:
    """What the meter above measured of an entry: where that was silent, what is behind it."""

    columns: Integers
    cells: Integers


def _net(
    period: Period,
    position: int,
    in_cells: tuple[Cells, Integers],
    passed_on: Mapping[int, PassedOn],
) -> tuple[Net, Integers]:
    """Return what is seen of an entry from above, and for how long it is in each cell."""
    (cells, amounts), columns = in_cells, period.uwh(position)
    known_ms = amounts[2:4].sum(axis=0)
    found = passed_on.get(position)
    if found is None:
        return Net(columns, amounts[:2]), known_ms
    net = Net(columns + found.by_column, amounts[:2] + found.within(cells))
    return net, found.covered_in(cells, known_ms)


def _cut(uwh: Integers, covered_ms: Integers, until_ms: Integers, length_ms: Integers) -> Integers:
    """Return the part of energy that lies in a meter's time, spread evenly where that is a part."""
    of_ms = np.maximum(covered_ms, 1)
    in_part = uwh * np.minimum(until_ms, of_ms) // of_ms
    return np.where(until_ms == 0, 0, np.where(until_ms >= length_ms, uwh, in_part))


def _add_house(
    shares: Shares, period: Period, in_cells: tuple[Cells, Integers], passed_on: PassedOnBy
) -> None:
    """Hold what is used by the meters of grid and generation against what the house measured."""
    (cells, members), columns, nodes = in_cells, period.columns, period.nodes
    house_meter, notes = nodes.house_meter, shares.notes
    flows, length_ms = members[:, : len(nodes.flows)], members[2:, 0].sum(axis=0)
    joint_ms = flows[2:4].sum(axis=0).min(axis=0, initial=DAY_MS)
    used = _used(notes, period, cells, flows, joint_ms)
    rest, behind_uwh = used, list[Integers]()
    tops = nodes.tops if house_meter is None else [house_meter]
    amounts = period.in_cells(cells, tops)
    for place, each in enumerate(tops):
        net, covered_ms = _net(period, each, (cells, amounts[:, place]), passed_on)
        cut_uwh = _cut(net.cells, covered_ms, joint_ms, length_ms)
        taken = WithCells(net.columns - cells.by_column(net.cells, columns), cut_uwh)
        rest = WithCells(rest.columns - taken.columns, rest.cells - taken.cells)
        taken_uwh = taken.columns + cells.by_column(taken.cells, columns)
        behind_uwh.append(taken_uwh.sum(axis=0))
    pairs = [(None, period.measured.entries[each].device) for each in tops]
    notes.add("behind_uwh", pairs, columns, np.array(behind_uwh))
    by_meter = np.zeros(len(length_ms), dtype=bool)
    if house_meter is not None:
        by_meter = members[2:4, -1].sum(axis=0) > 0
    _enter_house(shares, period, cells, rest, by_meter)
    _enter_house_ms(shares, period, cells, (joint_ms, length_ms), by_meter)
    used_uwh = used.columns + cells.by_column(used.cells, columns)
    notes.add("through_uwh", [None], columns, used_uwh.sum(axis=0))
    notes.add("own_uwh", [None], columns, shares.house[:2, 0, columns].sum(axis=0))


@dataclass(frozen=True, slots=True)
class WithCells:
    """Energy by interval without its cells, and by cell."""

    columns: Integers
    cells: Integers


def _used(
    notes: NotesByInterval, period: Period, cells: Cells, flows: Integers, joint_ms: Integers
) -> WithCells:
    """Return what is used by the meters of grid and generation, while all were measured."""
    entries, columns = period.measured.entries, period.columns
    length_ms = flows[2:, 0].sum(axis=0)
    by_column = np.zeros((2, columns.stop - columns.start), np.int64)
    by_cell = np.zeros((2, len(length_ms)), np.int64)
    missing_ms: dict[str, Integers] = {}
    for place, each in enumerate(period.nodes.flows):
        sign, uwh, known_ms = SIGNS[entries[each].kind], flows[:2, place], flows[2:4, place]
        by_column += sign * (period.uwh(each) - cells.by_column(uwh, columns))
        by_cell += sign * _cut(uwh, known_ms.sum(axis=0), joint_ms, length_ms)
        # Both counters of one meter are missing at the same time, once.
        name = entries[each].device
        missing_ms[name] = np.maximum(missing_ms.get(name, 0), flows[4, place])
    for name, of_meter_ms in missing_ms.items():
        notes.add("missing_ms", [name], columns, cells.by_column(of_meter_ms, columns))
    return WithCells(by_column, by_cell)


def _enter_house(
    shares: Shares, period: Period, cells: Cells, rest: WithCells, by_meter: np.ndarray
) -> None:
    """Enter what is left as the house's rest; where the house meter was measured, as balance."""
    columns, has_meter = period.columns, period.nodes.house_meter is not None
    house_uwh = cells.by_column(np.where(by_meter, 0, rest.cells), columns)
    balance_uwh = cells.by_column(np.where(by_meter, rest.cells.sum(axis=0), 0), columns)
    shares.house[:2, 0, columns] = house_uwh + (0 if has_meter else rest.columns)
    shares.balance_uwh[columns] = balance_uwh + (rest.columns.sum(axis=0) if has_meter else 0)


def _enter_house_ms(
    shares: Shares,
    period: Period,
    cells: Cells,
    joint_and_length_ms: tuple[Integers, Integers],
    by_meter: np.ndarray,
) -> None:
    """Enter for how long the house's rest was measured, and was not."""
    (joint_ms, length_ms), columns = joint_and_length_ms, period.columns
    outside_ms = period.measured.length_ms[columns] - cells.by_column(length_ms, columns)
    has_meter = period.nodes.house_meter is not None
    known_ms = cells.by_column(np.where(by_meter, 0, joint_ms), columns)
    shares.house[2, 0, columns] = known_ms + (0 if has_meter else outside_ms)
    missing_ms = np.where(by_meter, 0, length_ms - joint_ms)
    shares.house[4, 0, columns] = cells.by_column(missing_ms, columns)
