"""Meters above meters: what each device used itself, and what no device explains. Pure.

Every watt-hour counts once: a meter's own share (its rest) is what it measured less what the
devices behind it measured while the meter itself was measured. Totals add up own shares.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

import numpy as np

from bff.energy import Energy, EnergyBetween, Integers, WithUnevenDays
from bff.register.entries import Entry, by_name, change_instants, upstream_of, with_exported
from bff.time_grid import DAY_MS, SLOT_MS, Interval
from energy_rules.quantities import HOUR_MS
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
# Days first; only days that a meter was measured for in part by the hour, only such hours by slots.
GRID_STEPS_MS = (DAY_MS, HOUR_MS, SLOT_MS)


@dataclass(frozen=True, slots=True)
class OwnEnergy:
    """Own shares and all that was measured, of entries between edges.

    Attributes:
        own: Shape (entries, intervals); negative where the devices behind a meter measured more
            than the meter. Of what is not a load it has no energy: it is not used up.
        through: All that each entry's meter measured.
        house_rest: Shape (1, intervals): what no device explains, by the meters of the grid and
            of generation, where no house meter was measured.
        balance_uwh: Per interval, what those meters give beyond the house meter.
        notes: What the whole range shows of its meters.
    """

    own: Energy
    through: Energy
    house_rest: Energy
    balance_uwh: Integers
    notes: "MeterNotes"


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

    missing_ms: dict[str, int] = field(default_factory=dict)
    unmeasured_ms: dict[tuple[str, str], int] = field(default_factory=dict)
    behind_uwh: dict[Pair, int] = field(default_factory=dict)
    meters_uwh: dict[str | None, tuple[int, int]] = field(default_factory=dict)

    def add_behind(self, meter: str | None, device: str, uwh: Integers) -> None:
        """Add what was taken from a meter for a device."""
        pair = meter, device
        self.behind_uwh[pair] = self.behind_uwh.get(pair, 0) + int(uwh.sum())

    def add_meter(self, meter: str | None, through_uwh: Integers, own_uwh: Integers) -> None:
        """Add what a meter measured and what is left of it."""
        through, own = self.meters_uwh.get(meter, (0, 0))
        self.meters_uwh[meter] = through + int(through_uwh.sum()), own + int(own_uwh.sum())

    def add_times(self, meter: str, missing_ms: Integers, lacking_ms: Mapping[str, int]) -> None:
        """Add for how long a meter, and the devices behind it alone, were not measured."""
        self.missing_ms[meter] = self.missing_ms.get(meter, 0) + int(missing_ms.sum())
        for device, lacking in lacking_ms.items():
            if lacking:
                pair = meter, device
                self.unmeasured_ms[pair] = self.unmeasured_ms.get(pair, 0) + lacking


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
    finer = sorted({*edges, *change_instants(rows, interval)})
    measured = _measure(energy_between, rows, finer, with_house=with_house)
    shares = _shares(measured, with_house=with_house)
    starts = np.searchsorted(measured.edges, edges[:-1])
    own, through, house = (
        np.add.reduceat(each, starts, axis=2)
        for each in (shares.own[:, : len(wanted)], measured.stacked[:, : len(wanted)], shares.house)
    )
    return OwnEnergy(
        Energy(*own),
        Energy(*through),
        Energy(*house),
        np.add.reduceat(shares.balance_uwh, starts),
        shares.notes,
    )


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
    """The energy of entries on a grid that is fine wherever a meter was measured in part.

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


def _measure(
    energy_between: EnergyBetween, entries: Sequence[Entry], edges: list[int], *, with_house: bool
) -> Measured:
    measured = _measure_at(energy_between, entries, edges)
    in_part = _in_part(measured, with_house=with_house)
    if in_part.any() and isinstance(energy_between, WithUnevenDays):
        uneven = _uneven_edges(energy_between, measured, with_house=with_house)
        measured = _measure_at(energy_between, entries, sorted(uneven.union(edges)))
        in_part = _in_part(measured, with_house=with_house)
    for step_ms in GRID_STEPS_MS:
        finer = {*edges, *_steps(measured.edges, in_part, step_ms), *_changes(measured)}
        if in_part.any() and not finer.issubset(measured.edges):
            measured = _measure_at(energy_between, entries, sorted(finer))
            in_part = _in_part(measured, with_house=with_house)
    return measured


def _uneven_edges(source: WithUnevenDays, measured: Measured, *, with_house: bool) -> set[int]:
    """Return where a meter begins or ends to be measured, by days."""
    meters = {meter for _, nodes in measured.periods for meter in nodes.behind}
    if with_house:
        meters |= {flow for _, nodes in measured.periods for flow in nodes.flows}
    interval = Interval(measured.edges[0], measured.edges[-1])
    edges = source.uneven_edges(
        sorted({measured.entries[meter].label for meter in meters}), interval
    )
    return {edge for edge in edges if interval.start_ms < edge < interval.end_ms}


def _measure_at(
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
    stacked = by_label[:, [row[entry.label] for entry in entries]] * holds
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


def _in_part(measured: Measured, *, with_house: bool) -> np.ndarray:
    """Return the intervals in which a meter, with energy behind it, was measured in part."""
    is_part = (measured.known_ms > 0) & (measured.stacked[4] > 0)
    used = measured.stacked[:2].any(axis=0)
    found = np.zeros(len(measured.length_ms), dtype=bool)
    for columns, nodes in measured.periods:
        for meter, behind in nodes.behind.items():
            used_behind = used[behind, columns].any(axis=0)
            used[meter, columns] |= used_behind
            found[columns] |= is_part[meter, columns] & used_behind
        if with_house and nodes.flows:
            # The house's rest is asked of these only where the house meter was not measured.
            meters = [*nodes.flows, *([] if nodes.house_meter is None else [nodes.house_meter])]
            found[columns] |= is_part[meters, columns].any(axis=0)
    return found


def _steps(edges: Sequence[int], in_part: np.ndarray, step_ms: int) -> Iterator[int]:
    """Yield the edges of a grid in the intervals that are to be measured finer."""
    for position in np.flatnonzero(in_part).tolist():
        start_ms, end_ms = edges[position], edges[position + 1]
        yield from (start_ms, end_ms)
        yield from range(start_ms // step_ms * step_ms + step_ms, end_ms, step_ms)


def _changes(measured: Measured) -> Iterator[int]:
    """Yield the edges at which a meter begins or ends to be measured, in part or in whole."""
    of_periods = ((*nodes.behind, *nodes.flows) for _, nodes in measured.periods)
    meters = sorted({each for period in of_periods for each in period})
    is_known, is_whole = measured.known_ms[meters] > 0, measured.stacked[4, meters] == 0
    how = is_known.astype(np.int8) + is_whole
    changed = (how[:, 1:] != how[:, :-1]).any(axis=0)
    for position in np.flatnonzero(changed).tolist():
        yield measured.edges[position + 1]


@dataclass(frozen=True, slots=True)
class Shares:
    """What is taken from each meter, from the lowest up.

    Attributes:
        own: The quantities of `Energy` of every entry's own share.
        net_uwh: What the meter above measured of an entry, measured and estimated: where the
            entry itself was not measured, that is what was measured behind it.
        covered_ms: For how long `net_uwh` was measured.
        house: The quantities of `Energy` of the house's rest, shape (quantities, 1, intervals).
        balance_uwh: See `OwnEnergy`.
        notes: See `OwnEnergy`.
    """

    own: Integers
    net_uwh: Integers
    covered_ms: Integers
    house: Integers
    balance_uwh: Integers
    notes: MeterNotes

    @classmethod
    def before(cls, measured: Measured) -> Self:
        """Return shares from which nothing is taken yet."""
        own = measured.stacked.copy()
        own[:2, [entry.kind != "load" for entry in measured.entries]] = 0
        intervals = len(measured.length_ms)
        house = np.zeros((5, 1, intervals), np.int64)
        balance_uwh = np.zeros(intervals, np.int64)
        net_uwh = measured.stacked[:2].copy()
        return cls(own, net_uwh, measured.known_ms.copy(), house, balance_uwh, MeterNotes())


def _shares(measured: Measured, *, with_house: bool) -> Shares:
    shares = Shares.before(measured)
    for columns, nodes in measured.periods:
        for meter, behind in nodes.behind.items():
            _take(shares, measured, meter, behind, columns)
        if with_house and nodes.flows:
            _add_house(shares, measured, nodes, columns)
    return shares


def _take(
    shares: Shares, measured: Measured, meter: int, behind: Sequence[int], columns: slice
) -> None:
    """Take from a meter's own share what is behind it."""
    entries, notes = measured.entries, shares.notes
    known_ms = measured.known_ms[:, columns]
    name = entries[meter].device
    for each in behind:
        sign = -1 if entries[each].kind in FEEDING_KINDS else 1
        net_uwh = shares.net_uwh[:, each, columns]
        cut_uwh = sign * _cut(
            net_uwh, shares.covered_ms[each, columns], known_ms[meter], measured.length_ms[columns]
        )
        shares.own[:2, meter, columns] -= cut_uwh
        shares.net_uwh[:, meter, columns] += sign * net_uwh - cut_uwh
        notes.add_behind(name, entries[each].device, cut_uwh)
    shares.covered_ms[meter, columns] = shares.covered_ms[[meter, *behind], columns].max(axis=0)
    through_uwh, own_uwh = measured.stacked[:2, meter, columns], shares.own[:2, meter, columns]
    notes.add_meter(name, through_uwh, own_uwh)
    lacking_ms = {
        entries[each].device: int(np.maximum(0, known_ms[meter] - known_ms[each]).sum())
        for each in behind
    }
    notes.add_times(name, measured.stacked[4, meter, columns], lacking_ms)


def _cut(uwh: Integers, covered_ms: Integers, until_ms: Integers, length_ms: Integers) -> Integers:
    """Return the part of energy that lies in a meter's time, spread evenly where that is a part."""
    of_ms = np.maximum(covered_ms, 1)
    in_part = uwh * np.minimum(until_ms, of_ms) // of_ms
    return np.where(until_ms == 0, 0, np.where(until_ms >= length_ms, uwh, in_part))


def _add_house(shares: Shares, measured: Measured, nodes: Nodes, columns: slice) -> None:
    """Hold what is used by the meters of grid and generation against what the house measured."""
    entries, notes = measured.entries, shares.notes
    length_ms, known_ms = measured.length_ms[columns], measured.known_ms[:, columns]
    joint_ms = known_ms[nodes.flows].min(axis=0)
    used_uwh = np.zeros((2, len(length_ms)), np.int64)
    missing_ms: dict[str, Integers] = {}
    for each in nodes.flows:
        cut_uwh = _cut(measured.stacked[:2, each, columns], known_ms[each], joint_ms, length_ms)
        used_uwh += SIGNS[entries[each].kind] * cut_uwh
        # Both counters of one meter are missing at the same time, once.
        name, of_counter_ms = entries[each].device, measured.stacked[4, each, columns]
        missing_ms[name] = np.maximum(missing_ms.get(name, 0), of_counter_ms)
    for name, of_meter_ms in missing_ms.items():
        notes.add_times(name, of_meter_ms, {})
    rest_uwh = used_uwh.copy()
    for each in nodes.tops if nodes.house_meter is None else [nodes.house_meter]:
        net_uwh, covered_ms = shares.net_uwh[:, each, columns], shares.covered_ms[each, columns]
        cut_uwh = _cut(net_uwh, covered_ms, joint_ms, length_ms)
        rest_uwh -= cut_uwh
        notes.add_behind(None, entries[each].device, cut_uwh)
    by_meter = np.zeros(len(length_ms), dtype=bool)
    if nodes.house_meter is not None:
        by_meter = known_ms[nodes.house_meter] > 0
    shares.house[:2, 0, columns] = np.where(by_meter, 0, rest_uwh)
    shares.house[2, 0, columns] = np.where(by_meter, 0, joint_ms)
    shares.house[4, 0, columns] = np.where(by_meter, 0, length_ms - joint_ms)
    shares.balance_uwh[columns] = np.where(by_meter, rest_uwh.sum(axis=0), 0)
    notes.add_meter(None, used_uwh, np.where(by_meter, 0, rest_uwh))
