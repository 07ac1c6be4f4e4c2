"""Own shares of meters: against a slow oracle, slot by slot, on random trees with gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bff.energy import Energy
from bff.meter_tree import Link, own_energy
from bff.time_grid import DAY_MS, SLOT_MS, SLOTS_PER_DAY

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


@st.composite
def houses(draw: st.DrawFn) -> tuple[Ledger, list[Link], list[str]]:
    """Draw up to seven devices in a random tree, with silences of whole and partial slots."""
    names = [f"d{n}" for n in range(draw(st.integers(1, 7)))]
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    known = {}
    for name in names:
        spans = random.choice([0, SLOT_MS, SLOT_MS], size=6)
        known[name] = np.repeat(spans, SLOTS // 6).astype(np.int64)
        partial = random.integers(0, SLOTS, 3)
        known[name][partial] = random.integers(0, SLOT_MS, 3)
    uwh = {name: random.integers(0, 10**9, SLOTS) * (known[name] > 0) for name in names}
    links = [
        Link(name, draw(st.sampled_from(["load", "generation"])), f"d{draw(st.integers(0, n - 1))}")
        for n, name in enumerate(names)
        if n and draw(st.booleans())
    ]
    return Ledger(uwh, known), links, names


def _slow(ledger: Ledger, links: list[Link], meter: str, start: int, end: int) -> int:
    """Return a meter's own share by looking at every slot alone."""
    total = 0
    for slot in range(start // SLOT_MS, end // SLOT_MS):
        total += int(ledger.uwh[meter][slot])
        for link in links:
            if link.upstream == meter and ledger.known_ms[meter][slot]:
                device_ms = max(1, int(ledger.known_ms[link.device][slot]))
                shared_ms = min(int(ledger.known_ms[meter][slot]), device_ms)
                part = int(ledger.uwh[link.device][slot]) * shared_ms // device_ms
                total += part if link.kind == "generation" else -part
    return total


@given(
    house=houses(),
    edges=st.sets(st.integers(0, SLOTS), min_size=2, max_size=5).map(
        lambda slots: sorted(slot * SLOT_MS for slot in slots)
    ),
)
def test_own_shares_are_those_of_every_slot_alone(
    house: tuple[Ledger, list[Link], list[str]], edges: list[int]
) -> None:
    """Days and hours are shortcuts only: any range comes to the sum of its slots."""
    ledger, links, names = house
    result = own_energy(ledger.energy_between, links, names, edges)
    for row, name in enumerate(names):
        for column, (start, end) in enumerate(pairwise(edges)):
            own = int(result.own.measured_uwh[row, column])
            assert own == _slow(ledger, links, name, start, end)


@given(houses())
def test_the_parts_of_a_range_add_up_to_it(house: tuple[Ledger, list[Link], list[str]]) -> None:
    """Own shares by day add up to those of all days, for each device, exactly."""
    ledger, links, names = house
    days = [day * DAY_MS for day in range(DAYS + 1)]
    by_day = own_energy(ledger.energy_between, links, names, days).own.measured_uwh
    whole = own_energy(ledger.energy_between, links, names, [0, days[-1]]).own.measured_uwh
    assert (by_day.sum(axis=1) == whole[:, 0]).all()


def test_a_link_counts_only_while_it_holds() -> None:
    """A device that came behind the meter on the second day is not taken off the first one."""
    known = np.full(SLOTS, SLOT_MS)
    ledger = Ledger(
        {"meter": np.full(SLOTS, 300), "plug": np.full(SLOTS, 100)},
        {"meter": known, "plug": known},
    )
    days = [0, DAY_MS, 2 * DAY_MS]
    link = Link("plug", "load", "meter", from_ms=DAY_MS)
    own = own_energy(ledger.energy_between, [link], ["meter"], days).own.measured_uwh
    assert own.tolist() == [[300 * SLOTS_PER_DAY, 200 * SLOTS_PER_DAY]]


def test_a_device_that_was_not_measured_is_named() -> None:
    """A silent plug is part of the meter's rest, and for how long is returned."""
    known = np.full(SLOTS, SLOT_MS)
    silent = known.copy()
    silent[:4] = 0
    ledger = Ledger(
        {"meter": np.full(SLOTS, 300), "plug": np.where(silent, 100, 0)},
        {"meter": known, "plug": silent},
    )
    result = own_energy(
        ledger.energy_between, [Link("plug", "load", "meter")], ["meter", "plug"], [0, DAY_MS]
    )
    assert result.unmeasured_ms == {("meter", "plug"): 4 * SLOT_MS}
