"""Pricing is exact: whatever the prices and the cuts, children add up to their parents."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from operator import attrgetter
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bff.cost.pricing import CostAmounts, CostTable
from bff.cost.query import Grouping, fetch_cost
from bff.cost.response import figures
from bff.energy import Energy, EnergyBetween, Integers, plain, scaled
from bff.prices.query import PriceSpan
from bff.register.register import HOUSE, Entry, Place, place_of
from bff.time_grid import Bucket, Interval, bucket_edges

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
MARCH_FIRST = 1_772_323_200_000  # 2026-03-01T00:00:00Z; the clocks change on the 29th
NEVER = MARCH_FIRST * 2
DEVICES = [
    Entry(name, name, room, "s") for name, room in [("a", "one"), ("b", "two"), ("c", "one")]
]


def uneven_energy(seed: int) -> EnergyBetween:
    """Energy of a made-up ledger, additive over edges as the ledger promises.

    Integers of a curve that no price and no bucket divides evenly; every seventh hour is unknown.
    """

    def up_to(edge: int, device: str) -> tuple[int, int, int, int]:
        factor = 7919 * (DEVICES.index(next(d for d in DEVICES if d.device == device)) + seed + 1)
        cycle, rest = divmod(edge, 7 * HOUR)
        known_ms = cycle * 6 * HOUR + min(rest, 6 * HOUR)
        return known_ms * factor // 3, known_ms // 5, known_ms - known_ms // 7, known_ms // 7

    def between(devices: Sequence[str], edges: Sequence[int]) -> Energy:
        steps = np.array([[up_to(edge, device) for edge in edges] for device in devices])
        measured, estimated, measured_ms, estimated_ms = np.diff(steps, axis=1).transpose(2, 0, 1)
        missing_ms: Integers = np.diff(edges)[None, :] - measured_ms - estimated_ms
        return Energy(measured, estimated, measured_ms, estimated_ms, missing_ms)

    return between


def total(parts: Sequence[CostAmounts]) -> dict[str, int]:
    """The sum of amounts, field by field."""
    names = [name for name in CostAmounts._fields if name != "unpriced"]
    return {name: sum(map(attrgetter(name), parts)) for name in names}


def house_bill(
    energy: EnergyBetween, edges: Sequence[int], spans: Sequence[PriceSpan], now_ms: int = NEVER
) -> CostTable:
    return fetch_cost(energy, Grouping(edges, [(HOUSE, DEVICES)]), spans, now_ms)


@st.composite
def price_spans(draw: st.DrawFn) -> list[PriceSpan]:
    """Prices that never overlap, with gaps among them; the last one may be open."""
    offsets = st.integers(min_value=-40 * 24 * HOUR, max_value=80 * 24 * HOUR)
    edges = sorted(draw(st.sets(offsets, min_size=2, max_size=12)))
    prices = st.one_of(st.none(), st.integers(min_value=0, max_value=999_999_999_999))
    spans = [
        PriceSpan(MARCH_FIRST + start, MARCH_FIRST + end, price)
        for start, end in pairwise(edges)
        if (price := draw(prices)) is not None
    ]
    if draw(st.booleans()):
        spans.append(PriceSpan(MARCH_FIRST + edges[-1], None, draw(st.integers(0, 10**9))))
    return spans


ranges = st.tuples(
    st.integers(min_value=-10 * 24 * HOUR, max_value=20 * 24 * HOUR),
    st.integers(min_value=1, max_value=45 * 24 * HOUR),
).map(lambda drawn: (MARCH_FIRST + drawn[0], MARCH_FIRST + drawn[0] + drawn[1]))


@given(st.integers(0, 9), ranges, price_spans())
def test_hours_add_up_to_days_and_days_to_months(
    seed: int, asked: tuple[int, int], spans: list[PriceSpan]
) -> None:
    """Exactly, in a zone with summer time, with any prices, for every amount there is."""
    energy = uneven_energy(seed)
    whole = house_bill(energy, asked, spans).total
    finer: Bucket = "hour"
    for coarser in ("day", "month"):
        edges = bucket_edges(*asked, coarser, BERLIN)
        for edge_pair, (parent,) in zip(
            pairwise(edges), house_bill(energy, edges, spans).rows, strict=True
        ):
            children = house_bill(energy, bucket_edges(*edge_pair, finer, BERLIN), spans)
            assert total([child for (child,) in children.rows]) == total([parent])
        parents = [parent for (parent,) in house_bill(energy, edges, spans).rows]
        assert total(parents) == total([whole])
        finer = coarser


@given(st.integers(0, 9), ranges, price_spans())
def test_places_add_up_to_the_house(
    seed: int, asked: tuple[int, int], spans: list[PriceSpan]
) -> None:
    """Devices to rooms, rooms to the house; and a range's total is that of its rows."""
    energy = uneven_energy(seed)
    edges = bucket_edges(*asked, "day", BERLIN)
    rooms: dict[Place, list[Entry]] = {}
    for device in DEVICES:
        rooms.setdefault(place_of(device, "room"), []).append(device)
    by_room = fetch_cost(energy, Grouping(edges, list(rooms.items())), spans, NEVER)
    by_device = fetch_cost(
        energy,
        Grouping(edges, [(place_of(device, "device"), [device]) for device in DEVICES]),
        spans,
        NEVER,
    )
    for (one, two), (a, b, c) in zip(by_room.rows, by_device.rows, strict=True):
        assert total([a, c]) == total([one])
        assert total([b]) == total([two])
    whole = total([house_bill(energy, asked, spans).total])
    assert total([by_room.total]) == total([by_device.total]) == whole


@given(ranges, price_spans())
def test_cutting_a_range_in_two_changes_nothing(
    asked: tuple[int, int], spans: list[PriceSpan]
) -> None:
    """Two requests for the halves give exactly what one for the whole gives."""
    energy = uneven_energy(1)
    start, end = asked
    middle = (start + end) // 2
    halves = [house_bill(energy, cut, spans).total for cut in ((start, middle), (middle, end))]
    assert total(halves) == total([house_bill(energy, asked, spans).total])


def flat(watts: int) -> EnergyBetween:
    """The same power at every moment, all of it measured."""

    def between(devices: Sequence[str], edges: Sequence[int]) -> Energy:
        ms = np.tile(np.diff(np.array(edges)), (len(devices), 1))
        nothing = np.zeros_like(ms)
        return Energy(ms * watts * 1_000_000 // HOUR, nothing, ms, nothing, nothing)

    return between


def priced(yen: str, from_ms: int, to_ms: int | None = None) -> PriceSpan:
    return PriceSpan(from_ms, to_ms, int(Decimal(yen) * 10**12))


def test_a_price_edge_divides_the_energy_at_its_instant() -> None:
    """1 kW for an hour, 20 until :17 and 40 after: 34.333… to the last digit of the energy."""
    noon = MARCH_FIRST + 12 * HOUR
    edge = noon + 17 * 60_000
    energy = flat(1000)
    cut = Grouping([noon, noon + HOUR], [(HOUSE, DEVICES[:1])])
    amounts = fetch_cost(energy, cut, [priced("20", 0, edge), priced("40", edge)], NEVER).total
    assert amounts.cost_e21 == (283_333_333 * 20 + 716_666_666 * 40) * 10**12
    assert figures(amounts, BERLIN)["cost"] == "34.3333333"


def test_a_stretch_without_a_price_is_named_and_costs_nothing_known() -> None:
    """Its energy is unpriced; the cost is of the rest; without any rest it is null, never 0."""
    edge = MARCH_FIRST + 2 * HOUR
    edges = [MARCH_FIRST, edge, edge + 2 * HOUR]
    cut = Grouping(edges, [(HOUSE, DEVICES[:1])])
    priced_bill = fetch_cost(flat(1000), cut, [priced("30", edge)], NEVER)
    shown = figures(priced_bill.total, BERLIN)
    assert (shown["cost"], shown["unpriced_kwh"], shown["energy_kwh"]) == ("60", "2", "4")
    assert priced_bill.total.unpriced == (Interval(MARCH_FIRST, edge),)
    ((before,), (after,)) = priced_bill.rows
    assert figures(before, BERLIN)["cost"] is None
    assert after.unpriced == ()


def test_the_total_names_the_same_stretches_however_it_is_cut() -> None:
    """Asking by hour must not make the list of unpriced stretches longer."""
    edge = MARCH_FIRST + 5 * HOUR
    spans = [priced("30", edge)]
    asked = (MARCH_FIRST, MARCH_FIRST + 24 * HOUR)
    by_hour = house_bill(flat(10), bucket_edges(*asked, "hour", BERLIN), spans)
    assert by_hour.total.unpriced == (Interval(MARCH_FIRST, edge),)
    assert house_bill(flat(10), asked, spans).total == by_hour.total


def test_energy_at_a_price_of_zero_costs_zero() -> None:
    """A price of 0 is a price: the cost is 0 and not null."""
    amounts = house_bill(flat(100), (MARCH_FIRST, MARCH_FIRST + HOUR), [priced("0", 0)]).total
    assert figures(amounts, BERLIN)["cost"] == "0"


def test_nothing_is_asked_or_expected_beyond_now() -> None:
    """A month that has just begun is not a month of missing data."""
    edges = bucket_edges(MARCH_FIRST, MARCH_FIRST + 72 * HOUR, "day", BERLIN)
    now_ms = MARCH_FIRST + 30 * HOUR
    begun = house_bill(flat(1000), edges, [priced("10", 0)], now_ms)
    assert begun.total.measured_ms == 30 * HOUR * len(DEVICES)
    assert figures(begun.rows[-1][0], BERLIN)["energy_kwh"] is None
    assert figures(begun.rows[-1][0], BERLIN)["coverage"]["expected_seconds"] == 0
    all_future = house_bill(flat(1000), edges, [priced("10", 0)], MARCH_FIRST - 1)
    assert figures(all_future.total, BERLIN)["energy_kwh"] is None


def test_a_place_without_devices_has_no_figures() -> None:
    """An empty shelf used nothing that was measured."""
    empty = fetch_cost(
        flat(1), Grouping([MARCH_FIRST, MARCH_FIRST + HOUR], [(HOUSE, [])]), [], NEVER
    )
    assert figures(empty.total, BERLIN)["energy_kwh"] is None


@given(st.integers(), st.integers(min_value=1, max_value=15))
def test_a_decimal_string_is_the_number_exactly(units: int, exponent: int) -> None:
    """Plain digits of any length and either sign, which read back as the same number."""
    text = scaled(units, exponent)
    assert Fraction(text) == Fraction(units, 10**exponent)
    assert text == plain(Decimal(text))
