"""Own shares of meters: against a slow oracle, slot by slot, on random trees with gaps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bff.energy import Energy, EnergyOfCells, Integers, exported_label
from bff.meter_tree import own_energy
from bff.register.register import Entry
from bff.time_grid import DAY_MS, SLOT_MS, SLOTS_PER_DAY, Interval

DAYS = 3
SLOTS = DAYS * SLOTS_PER_DAY


@dataclass(frozen=True)
class Ledger:
    """Energy and known time of each device in each slot, from Unix second 0 on."""

    uwh: dict[str, np.ndarray]
    known_ms: dict[str, np.ndarray]

    def energy_between(self, devices: Sequence[str], edges: Sequence[int]) -> Energy:
        """Return sums between edges; only edges on the grid of slots occur here."""
        assert all(edge % SLOT_MS == 0 for edge in edges)
        shape = (len(devices), len(edges) - 1)
        uwh, known = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, device in enumerate(devices):
            for column in range(shape[1]):
                slots = slice(edges[column] // SLOT_MS, edges[column + 1] // SLOT_MS)
                uwh[row, column] = self.uwh[device][slots].sum()
                known[row, column] = self.known_ms[device][slots].sum()
        zeros = np.zeros(shape, np.int64)
        return Energy(uwh, zeros, known, zeros, np.diff(edges)[np.newaxis] - known)


@dataclass(frozen=True)
class StoredLedger(Ledger):
    """The same ledger with its cells; its last day is not stored yet."""

    def __call__(self, devices: Sequence[str], edges: Sequence[int]) -> Energy:
        """Return `energy_between`."""
        return self.energy_between(devices, edges)

    def open_from_ms(self) -> int:
        """Return the last day."""
        return (DAYS - 1) * DAY_MS

    def uneven_days(self, devices: Sequence[str], interval: Interval) -> dict[str, dict[int, int]]:
        """Return the days before it that a device was not measured for as a whole."""
        assert interval.end_ms <= DAYS * DAY_MS
        return {
            device: {
                day * DAY_MS: known_ms
                for day, known_ms in enumerate(
                    self.known_ms[device].reshape(DAYS, -1).sum(axis=1).tolist()[:-1]
                )
                if known_ms < DAY_MS and interval.start_ms <= day * DAY_MS < interval.end_ms
            }
            for device in devices
        }

    def at(self, devices: Sequence[str], starts_ms: Integers, ends_ms: Integers) -> Energy:
        """Return the energy in cells; only slots, whole days and parts of days occur."""
        cells = zip(starts_ms.tolist(), ends_ms.tolist(), strict=True)
        parts = [self.energy_between(devices, cell).stacked()[:, :, 0] for cell in cells]
        return Energy(*np.stack(parts, axis=2))


def entry(device: str, upstream: str | None = None, kind: str = "load", **more: object) -> Entry:
    placed = Entry(device, device, "room", "shelf", upstream)
    return replace(placed, kind=kind, **more)


@st.composite
def houses(draw: st.DrawFn) -> tuple[Ledger, list[Entry]]:
    """Draw up to seven devices in a random tree, with silences of whole and partial slots."""
    names = [f"d{n}" for n in range(draw(st.integers(1, 7)))]
    counters = [*names, *map(exported_label, names)]
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    known = {}
    for name in counters:
        spans = random.choice([0, SLOT_MS, SLOT_MS], size=6)
        known[name] = np.repeat(spans, SLOTS // 6).astype(np.int64)
        partial = random.integers(0, SLOTS, 3)
        known[name][partial] = random.integers(0, SLOT_MS, 3)
    uwh = {name: random.integers(0, 10**9, SLOTS) * (known[name] > 0) for name in counters}
    tree = [entry("d0", house_meter=draw(st.booleans()))]
    for n, name in enumerate(names[1:], 1):
        loads = [each.device for each in tree if each.kind == "load"]
        kind = draw(st.sampled_from(["load", "load", "load", "generation", "charge", "grid"]))
        upstream = None if kind == "grid" else draw(st.sampled_from([None, *loads]))
        tree.append(entry(name, upstream, kind))
        if draw(st.booleans()):
            at_ms = random.integers(1, SLOTS) * SLOT_MS
            tree[-1:] = [
                replace(tree[-1], to_ms=int(at_ms)),
                replace(tree[-1], from_ms=int(at_ms), upstream=None, room="other"),
            ]
        assert n
    return Ledger(uwh, known), tree


def _slow(ledger: Ledger, tree: Sequence[Entry], slot: int) -> tuple[dict[str, int], int]:
    """Return the own shares and the house's rest in one slot, by looking at it alone."""
    at_ms = slot * SLOT_MS
    present = {each.device: each for each in tree if each.holds_at(at_ms)}
    own: dict[str, int] = {}

    def net(name: str) -> tuple[int, int]:
        """What is seen of a device from above, and for how long."""
        each = present[name]
        uwh, known_ms = int(ledger.uwh[name][slot]), int(ledger.known_ms[name][slot])
        behind = [other for other in present.values() if other.upstream == name]
        if each.house_meter:
            behind += [
                other
                for other in present.values()
                if other.upstream is None and other.kind == "load" and other is not each
            ]
        own[name] = uwh if each.kind == "load" else 0
        covered_ms = known_ms
        for other in behind:
            sign = -1 if other.kind == "generation" else 1
            theirs, their_ms = net(other.device)
            cut = _cut(theirs, their_ms, known_ms)
            own[name] -= sign * cut
            uwh += sign * (theirs - cut)
            covered_ms = max(covered_ms, their_ms)
        return uwh, covered_ms

    roots = [each for each in present.values() if each.upstream is None]
    meter = next((each for each in roots if each.house_meter), None)
    tops = [meter] if meter else [each for each in roots if each.kind == "load"]
    seen = [net(each.device) for each in tops]
    flows = [each for each in roots if each.kind != "load"]
    for each in flows:
        net(each.device)
    rest = 0
    if any(each.kind == "grid" for each in flows):
        signs = {each.device: -1 if each.kind == "charge" else 1 for each in flows}
        signs |= {exported_label(each.device): -1 for each in flows if each.kind == "grid"}
        joint_ms = min(int(ledger.known_ms[name][slot]) for name in signs)
        for name, sign in signs.items():
            known_ms = int(ledger.known_ms[name][slot])
            rest += sign * _cut(int(ledger.uwh[name][slot]), known_ms, joint_ms)
        rest -= sum(_cut(uwh, known_ms, joint_ms) for uwh, known_ms in seen)
        if meter and ledger.known_ms[meter.device][slot]:
            rest = 0
    return own, rest


def _cut(uwh: int, covered_ms: int, until_ms: int) -> int:
    if not until_ms:
        return 0
    if until_ms >= SLOT_MS:
        return uwh
    return uwh * min(until_ms, max(covered_ms, 1)) // max(covered_ms, 1)


edges_on_slots = st.sets(st.integers(0, SLOTS), min_size=2, max_size=5).map(
    lambda slots: sorted(slot * SLOT_MS for slot in slots)
)


@given(house=houses(), edges=edges_on_slots)
def test_own_shares_are_those_of_every_slot_alone(
    house: tuple[Ledger, list[Entry]], edges: list[int]
) -> None:
    """Days and hours are shortcuts only: any range comes to the sum of its slots."""
    ledger, tree = house
    result = own_energy(ledger.energy_between, tree, tree, edges, with_house=True)
    stored = StoredLedger(ledger.uwh, ledger.known_ms)
    assert isinstance(stored, EnergyOfCells)
    same = own_energy(stored, tree, tree, edges, with_house=True)
    assert (same.own.measured_uwh == result.own.measured_uwh).all()
    assert (same.house_rest.stacked() == result.house_rest.stacked()).all()
    assert (same.balance_uwh == result.balance_uwh).all()
    assert same.meter_notes() == result.meter_notes()
    slow = [_slow(ledger, tree, slot) for slot in range(SLOTS)]
    for column, (start, end) in enumerate(pairwise(edges)):
        slots = range(start // SLOT_MS, end // SLOT_MS)
        for row, each in enumerate(tree):
            expected = sum(
                slow[slot][0][each.device] for slot in slots if each.holds_at(slot * SLOT_MS)
            )
            assert int(result.own.measured_uwh[row, column]) == expected
        rest = sum(slow[slot][1] for slot in slots)
        assert int(result.house_rest.measured_uwh[0, column]) == rest


def test_a_part_with_nothing_used_behind_the_meter_is_not_joined_with_its_neighbours() -> None:
    """Two slots in part: behind the meter something was used in the first one alone."""
    known_ms = np.full(SLOTS, SLOT_MS)
    known_ms[[23, 119]] = SLOT_MS // 2
    behind = np.full(SLOTS, 400)
    behind[116:124] = 0
    uwh = {"meter": np.full(SLOTS, 1000), "plug": behind}
    ledger = Ledger(uwh, {"meter": known_ms, "plug": np.full(SLOTS, SLOT_MS)})
    tree = [entry("meter"), entry("plug", "meter")]
    result = own_energy(ledger.energy_between, tree, tree, [0, DAYS * DAY_MS])
    expected = SLOTS * 1000 - int(behind.sum()) + 200
    assert result.own.measured_uwh[0].tolist() == [expected]


def test_the_grid_explains_the_house_only_where_its_own_meter_was_silent() -> None:
    """A house meter with nothing behind it, measured for half of a day that is asked for whole."""
    half = SLOTS_PER_DAY // 2
    always, half_known = np.full(SLOTS, SLOT_MS), np.full(SLOTS, SLOT_MS)
    half_known[:half] = 0
    uwh = {"meter": np.full(SLOTS, 900) * (half_known > 0), "grid": np.full(SLOTS, 1000)}
    ledger = Ledger(uwh, {"meter": half_known, "grid": always})
    tree = [entry("meter", house_meter=True), entry("grid", kind="grid_import")]
    result = own_energy(ledger.energy_between, tree, tree, [0, DAY_MS], with_house=True)
    assert result.house_rest.measured_uwh.tolist() == [[half * 1000]]
    assert result.own.measured_uwh.tolist() == [[half * 900], [0]]


@given(houses())
def test_the_parts_of_a_range_add_up_to_it(house: tuple[Ledger, list[Entry]]) -> None:
    """Own shares by day add up to those of all days, for each device, exactly."""
    ledger, tree = house
    days = [day * DAY_MS for day in range(DAYS + 1)]
    by_day = own_energy(ledger.energy_between, tree, tree, days, with_house=True)
    whole = own_energy(ledger.energy_between, tree, tree, [0, days[-1]], with_house=True)
    for parts, sums in (
        (by_day.own.measured_uwh, whole.own.measured_uwh),
        (by_day.house_rest.measured_uwh, whole.house_rest.measured_uwh),
        (by_day.through.measured_uwh, whole.through.measured_uwh),
    ):
        assert (parts.sum(axis=1) == sums[:, 0]).all()
    assert by_day.balance_uwh.sum() == whole.balance_uwh.sum()
    assert by_day.meter_notes() == whole.meter_notes()


@given(houses())
def test_a_device_alone_has_the_share_it_has_in_the_house(
    house: tuple[Ledger, list[Entry]],
) -> None:
    """What is fetched for one place does not change its energy."""
    ledger, tree = house
    edges = [0, DAYS * DAY_MS]
    of_all = own_energy(ledger.energy_between, tree, tree, edges, with_house=True)
    for row, each in enumerate(tree):
        if not each.house_meter:
            alone = own_energy(ledger.energy_between, tree, [each], edges)
            assert alone.own.measured_uwh[0, 0] == of_all.own.measured_uwh[row, 0]


def full(**uwh: int) -> Ledger:
    known = np.full(SLOTS, SLOT_MS)
    return Ledger(
        {name: np.full(SLOTS, each) for name, each in uwh.items()}, dict.fromkeys(uwh, known)
    )


def test_a_link_counts_only_while_it_holds() -> None:
    """A device that came behind the meter on the second day is not taken off the first one."""
    ledger = full(meter=300, plug=100)
    tree = [entry("meter"), entry("plug", to_ms=DAY_MS), entry("plug", "meter", from_ms=DAY_MS)]
    days = [0, DAY_MS, 2 * DAY_MS]
    own = own_energy(ledger.energy_between, tree, tree[:1], days).own.measured_uwh
    assert own.tolist() == [[300 * SLOTS_PER_DAY, 200 * SLOTS_PER_DAY]]


def test_a_device_that_was_not_measured_is_named() -> None:
    """A silent plug is part of the meter's rest, and for how long is returned."""
    ledger = full(meter=300, plug=100)
    ledger.known_ms["plug"] = ledger.known_ms["plug"].copy()
    ledger.known_ms["plug"][:4] = 0
    tree = [entry("meter"), entry("plug", "meter")]
    result = own_energy(ledger.energy_between, tree, tree, [0, DAY_MS])
    assert result.meter_notes().unmeasured_ms == {("meter", "plug"): 4 * SLOT_MS}


def test_what_is_behind_a_silent_meter_is_taken_from_the_next_one_above() -> None:
    """A watt-hour counts once also where the meter between was not measured."""
    ledger = full(main=300, circuit=0, plug=100)
    ledger.known_ms["circuit"] = np.zeros(SLOTS, np.int64)
    tree = [entry("main"), entry("circuit", "main"), entry("plug", "circuit")]
    own = own_energy(ledger.energy_between, tree, tree, [0, SLOT_MS]).own.measured_uwh
    assert own[:, 0].tolist() == [200, 0, 100]


def test_what_is_behind_itself_counts_by_itself() -> None:
    """Corrections that made a circle do not lose energy."""
    ledger = full(a=300, b=100)
    tree = [entry("a", "b"), entry("b", "a")]
    own = own_energy(ledger.energy_between, tree, tree, [0, SLOT_MS]).own.measured_uwh
    assert own[:, 0].tolist() == [300, 100]
