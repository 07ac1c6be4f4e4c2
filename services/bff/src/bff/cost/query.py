"""A query for cost: its rows (buckets of time times places), their energy, and its price."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from zoneinfo import ZoneInfo

import numpy as np

from bff.cost.pricing import CostTable, Layout, UsedEnergy, price_energy
from bff.energy import EnergyBetween, Integers
from bff.meter_tree import BOUGHT_KINDS, MeterNotes, OwnEnergy, own_energy
from bff.prices.query import PriceSpan, price_by_interval, price_edges
from bff.register.register import HOUSE, Entry, Level, Place, Register, entries_in, place_of
from bff.time_grid import MIN_MILLISECONDS, Bucket, bucket_edges
from service_kit.problems import ProblemError, wrong_input

MAX_ROWS = 20_000
LEVELS: tuple[Level, ...] = ("house", "room", "shelf", "device")


@dataclass(frozen=True, slots=True)
class CostQuery:
    """A place over a range [from_ms, to_ms) of Unix milliseconds, and how to group it into rows."""

    place: Place
    from_ms: int
    to_ms: int
    by: Bucket | None = None
    group_by: Level | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """The rows of a response.

    Attributes:
        bucket_edges: Unix milliseconds; a bucket lies between two neighbours.
        groups: The place of each row, with what was in it.
        tree: All entries of the register, for what is behind those of the groups.
        rest_group: The position of the group with what no device explains; None without the house.
    """

    bucket_edges: Sequence[int]
    groups: Sequence[tuple[Place, Sequence[Entry]]]
    tree: Sequence[Entry] = ()
    rest_group: int | None = None


def group(register: Register, query: CostQuery, zone: ZoneInfo) -> Grouping:
    """Return the rows of a query.

    Raises:
        ProblemError: 422, the range is empty, `group_by` is above the place, or the rows are too
            many.
    """
    groups = _groups(register, query)
    edges = time_buckets(query, zone, rows=len(groups))
    rest_group = _rest_group(register, query, groups)
    if rest_group == len(groups):
        groups = [*groups, (HOUSE, [])]
    return Grouping(edges, groups, register.entries, rest_group)


def time_buckets(query: CostQuery, zone: ZoneInfo, rows: int = 1) -> Sequence[int]:
    """Return the edges of the buckets of a query; a bucket has so many rows.

    Raises:
        ProblemError: 422, the range is empty, or the rows are too many.
    """
    _check_range(query)
    if query.by is None:
        return [query.from_ms, query.to_ms]
    _check_rows(query, query.by, rows)
    return bucket_edges(query.from_ms, query.to_ms, query.by, zone)


def _rest_group(
    register: Register, query: CostQuery, groups: Sequence[tuple[Place, Sequence[Entry]]]
) -> int | None:
    """Return the group of what no device explains, which is the house's; after them when none."""
    if query.place != HOUSE:
        return None
    of_house = next((at for at, (place, _) in enumerate(groups) if place == HOUSE), None)
    has_grid = any(
        entry.kind in BOUGHT_KINDS and entry.overlaps(query.from_ms, query.to_ms)
        for entry in register.entries
    )
    return len(groups) if of_house is None and has_grid else of_house


def _groups(register: Register, query: CostQuery) -> list[tuple[Place, Sequence[Entry]]]:
    entries = [
        entry
        for entry in entries_in(register, query.place)
        if entry.overlaps(query.from_ms, query.to_ms)
    ]
    level = query.group_by
    if level is None:
        return [(query.place, entries)]
    if LEVELS.index(level) < LEVELS.index(query.place.level):
        message = f"a {query.place.level} has no {level}s in it"
        raise wrong_input(
            message, where="query.group_by", what_to_do="Group by a level below the place."
        )
    if level == "device":
        return _by_device(entries)
    groups: dict[Place, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[place_of(entry, level)].append(entry)
    return list(groups.items())


def _by_device(entries: Sequence[Entry]) -> list[tuple[Place, Sequence[Entry]]]:
    """Return one row for each device: where it was last in the place."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.device].append(entry)
    return [
        (place_of(max(of_device, key=lambda one: one.to_ms), "device"), of_device)
        for of_device in groups.values()
    ]


def _check_range(query: CostQuery) -> None:
    if query.from_ms >= query.to_ms:
        message = "from must be before to"
        raise wrong_input(
            message, where="query.from", what_to_do="Ranges are half-open: [from, to)."
        )


def _check_rows(query: CostQuery, by: Bucket, groups: int) -> None:
    buckets = (query.to_ms - query.from_ms) // MIN_MILLISECONDS[by] + 2
    if by == "hour":
        buckets = buckets // 2 + 1  # half hours exist only where clocks move by a half
    if buckets * groups > MAX_ROWS:
        message = f"about {buckets * groups} rows; at most {MAX_ROWS} are returned at once"
        raise ProblemError(
            422,
            "too-many-rows",
            f"This requests {message}.",
            what_to_do="Request a shorter range, a longer bucket (by=day or by=month),"
            " a smaller place, or without group_by.",
        )


def fetch_cost(
    energy_between: EnergyBetween, grouping: Grouping, spans: Sequence[PriceSpan], now_ms: int
) -> CostTable:
    """Fetch the energy of the rows of `grouping` and price it with `spans`.

    Energy is requested between all edges of buckets and prices, and not beyond `now_ms`.
    """
    return fetch_costs(energy_between, [grouping], spans, now_ms)[0]


def fetch_costs(
    energy_between: EnergyBetween,
    groupings: Sequence[Grouping],
    spans: Sequence[PriceSpan],
    now_ms: int,
) -> list[CostTable]:
    """Fetch several costs of one place; its energy is requested once."""
    edges = [edges_until_now(grouping.bucket_edges, spans, now_ms) for grouping in groupings]
    shares = _fetch_shares(energy_between, groupings, edges)
    return [
        _price(shares, grouping, of_grouping, spans)
        for grouping, of_grouping in zip(groupings, edges, strict=True)
    ]


def _price(
    shares: OwnEnergy | None,
    grouping: Grouping,
    edges: Sequence[int],
    spans: Sequence[PriceSpan],
) -> CostTable:
    sizes = _group_sizes(grouping)
    layout = Layout(
        edges=edges,
        bucket_starts=_bucket_starts(edges, grouping.bucket_edges),
        group_starts=_group_starts(sizes),
    )
    if shares is None or len(edges) < 2:  # noqa: PLR2004 - an interval has two edges
        used, notes = UsedEnergy.nothing(sum(sizes), len(edges) - 1), MeterNotes()
    else:
        part = shares.between(_entries([grouping]), edges)
        used, notes = _in_rows(part, grouping), part.meter_notes()
    return price_energy(used, price_by_interval(spans, edges), layout, notes)


def fetch_group_energy(
    energy_between: EnergyBetween, grouping: Grouping, edges: Sequence[int]
) -> Integers:
    """Fetch what each group used between edges, as own shares: shape (groups, intervals)."""
    shares = _fetch_shares(energy_between, [grouping], [edges])
    if shares is None:
        return np.zeros((len(grouping.groups), max(0, len(edges) - 1)), dtype=np.int64)
    own = np.pad(_in_rows(shares, grouping).own[:2].sum(axis=0), ((0, 1), (0, 0)))
    return np.add.reduceat(own, _group_starts(_group_sizes(grouping)), axis=0)


def _group_sizes(grouping: Grouping) -> list[int]:
    sizes = [len(entries) for _, entries in grouping.groups]
    if grouping.rest_group is not None:
        sizes[grouping.rest_group] += 1
    return sizes


def _entries(groupings: Sequence[Grouping]) -> list[Entry]:
    """Return the entries of groupings, each once, in their order."""
    return list(
        dict.fromkeys(
            entry for grouping in groupings for _, entries in grouping.groups for entry in entries
        )
    )


def _fetch_shares(
    energy_between: EnergyBetween, groupings: Sequence[Grouping], edges: Sequence[Sequence[int]]
) -> OwnEnergy | None:
    """Fetch the energy of all entries of groupings between all their edges."""
    wanted, tree = _entries(groupings), groupings[0].tree
    with_house = any(grouping.rest_group is not None for grouping in groupings)
    # An interval has two edges; a range in the future has one.
    every_edge = sorted({edge for each in edges if len(each) > 1 for edge in each})
    # For an empty place, or a range in the future, there is nothing to request.
    if not (wanted or (with_house and tree)) or not every_edge:
        return None
    return own_energy(energy_between, tree or wanted, wanted, every_edge, with_house=with_house)


def _in_rows(shares: OwnEnergy, grouping: Grouping) -> UsedEnergy:
    """Put the house's rest at the end of its group."""
    own = shares.own.stacked()
    through = shares.through.measured_uwh + shares.through.estimated_uwh
    if grouping.rest_group is not None:
        before = [entries for _, entries in grouping.groups[: grouping.rest_group + 1]]
        position = sum(len(entries) for entries in before)
        own = np.insert(own, [position], shares.house_rest.stacked(), axis=1)
        through = np.insert(through, position, 0, axis=0)
    return UsedEnergy(own, through)


def edges_until_now(
    bucket_edges: Sequence[int], spans: Sequence[PriceSpan], now_ms: int
) -> list[int]:
    """Return the edges of buckets and prices, as far as they are in the past."""
    from_ms, to_ms = bucket_edges[0], min(bucket_edges[-1], max(now_ms, bucket_edges[0]))
    inside = {edge for edge in bucket_edges if from_ms < edge < to_ms}
    return sorted({from_ms, to_ms} | inside | price_edges(spans, from_ms, to_ms))


def _bucket_starts(edges: Sequence[int], bucket_edges: Sequence[int]) -> list[int]:
    intervals = len(edges) - 1
    return [min(bisect_left(edges, start), intervals) for start in bucket_edges[:-1]]


def _group_starts(sizes: Sequence[int]) -> list[int]:
    return list(accumulate(sizes[:-1], initial=0))
