"""Rule 6 and packing, pure: one source counts in each slot; a day's bytes are its slots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bff.db.stored_days import pack_day, unpack_days
from bff.energy import Slots
from bff.ledger.slots import (
    DeviceRules,
    OpenSlots,
    RecentSamples,
    SourceRules,
    judge_source,
    slots_between,
    sums_up_to,
)
from bff.time_grid import DAY_MS, SLOT_MS, SLOTS_PER_DAY, slot_edges
from energy_rules.limits import Limits
from energy_rules.sources import Amounts, Samples, Spans

START_MS = 1_772_323_200_000
RULES = SourceRules("cloud", Limits(max_power_mw=4_000_000, gap_limit_ms=600_000))
MINUTE_MS = 60_000
LATER_MS = START_MS + 30 * DAY_MS


def clean(samples: Samples) -> Spans:
    return judge_source(samples, RULES, LATER_MS).spans


def samples_at(*minutes: int, milliwatt_hours_per_minute: int = 2) -> Samples:
    at = np.array(minutes, dtype=np.int64)
    return Samples(START_MS + at * MINUTE_MS, at * milliwatt_hours_per_minute * 1000)


def test_the_first_source_counts_where_both_measured() -> None:
    """Never the sum, never the mean: the order of the configuration."""
    both = [clean(samples_at(*range(61))), clean(samples_at(*range(0, 61, 5)))]
    slots = slots_between(both, slot_edges(START_MS, START_MS + 4 * SLOT_MS))
    assert slots.source.tolist() == [0, 0, 0, 0]
    assert slots.amounts.measured_uwh.tolist() == [30_000] * 4


def test_a_source_that_estimates_gives_way_to_one_that_measured() -> None:
    """Whichever is first in order: a silence of one is no silence of the device."""
    silent = clean(samples_at(*range(17), *range(44, 61)))
    there = clean(samples_at(*range(61), milliwatt_hours_per_minute=3))
    slots = slots_between([silent, there], slot_edges(START_MS, START_MS + 4 * SLOT_MS))
    assert slots.source.tolist() == [0, 1, 1, 0]
    assert slots.amounts.estimated_uwh.sum() == 0
    assert slots.amounts.measured_uwh.tolist() == [30_000, 45_000, 45_000, 30_000]


def test_without_any_measurement_an_estimate_counts() -> None:
    """A counter that survived holds more than a source that was never there."""
    nothing = clean(samples_at())
    away = clean(samples_at(0, 1, 60, 61))
    slots = slots_between([nothing, away], slot_edges(START_MS, START_MS + 4 * SLOT_MS))
    assert slots.source.tolist() == [1, 1, 1, 1]
    assert slots.amounts.estimated_uwh.sum() == 59 * 2000


@settings(deadline=None)
@given(
    st.sets(st.integers(0, 60), min_size=2),
    st.sets(st.integers(0, 60), min_size=2),
    st.lists(st.integers(0, 60 * MINUTE_MS), min_size=1, max_size=9),
)
def test_an_open_slot_is_divided_as_the_source_of_the_whole_slot_says(
    first: set[int], second: set[int], offsets: list[int]
) -> None:
    """Up to any edge of the grid the tail gives the sums that closed slots will have."""
    sources = [clean(samples_at(*sorted(first))), clean(samples_at(*sorted(second)))]
    grid = slot_edges(START_MS, START_MS + 4 * SLOT_MS)
    closed = np.cumsum(slots_between(sources, grid).amounts.stacked(), axis=1)
    instants = np.union1d(START_MS + np.array(offsets), grid[1:])
    sums = sums_up_to(sources, START_MS, instants)
    assert (sums[:, np.searchsorted(instants, grid[1:])] == closed).all()
    assert (np.diff(sums, axis=1) >= 0).all()


def day(energy_uwh: int, measured_ms: int, source: int) -> Slots:
    same = np.ones(SLOTS_PER_DAY, dtype=np.int64)
    return Slots(
        Amounts(same * energy_uwh, same * 7, same * measured_ms, same * (SLOT_MS - measured_ms)),
        same * source,
    )


def whole_day(energy_uwh: int) -> Slots:
    slots = day(energy_uwh, SLOT_MS, 1)
    slots.amounts.estimated_uwh[:] = 0
    return slots


def test_packed_days_come_back_as_they_were() -> None:
    """Whole days, days with gaps, and energies beyond 32 bits, in any mixture and order."""
    days = [whole_day(12), day(5, 400_000, 2), whole_day(2**32 - 1), whole_day(2**32), whole_day(0)]
    days[1].amounts.measured_uwh[3] = 2**40
    days[1].source[9] = 0
    again = unpack_days([pack_day(each) for each in days])
    for position, each in enumerate(days):
        assert (np.diff(again.up_to[:, position]) == each.amounts.stacked()).all()
        assert (again.up_to[:, position, 0] == 0).all()
        assert (again.source[position] == each.source).all()


def test_a_whole_day_is_small() -> None:
    """Two hundred devices for a year are 73,000 of them."""
    assert len(pack_day(whole_day(12))) == 385
    assert DAY_MS == SLOTS_PER_DAY * SLOT_MS


@pytest.mark.parametrize("source", [0, 1])
def test_a_source_that_heard_more_of_the_slot_counts_in_the_open_one_too(source: int) -> None:
    """The slot that is under way follows the same rule up to now."""
    counters = [samples_at(0, 1, 2, 3), samples_at(0, 1, 2, 3)]
    counters[source] = samples_at(*range(10))
    sums = sums_up_to(
        [clean(counter) for counter in counters],
        START_MS,
        np.array([START_MS + 9 * MINUTE_MS]),
    )
    assert sums[:, 0].tolist() == [18_000, 0, 9 * MINUTE_MS, 0]


def open_slots(minutes: int, samples: Samples) -> OpenSlots:
    """Open slots from the start on, refreshed so many minutes later."""
    rules = DeviceRules("kettle", ("cloud",), (RULES.limits,), "")
    recent = {"kettle": RecentSamples(rules, {"cloud": samples})}
    return OpenSlots(START_MS, START_MS + minutes * MINUTE_MS, recent)


@settings(deadline=None)
@given(st.lists(st.integers(-20, 40), min_size=1, max_size=30), st.integers(1, 30))
def test_what_is_known_of_the_same_samples_still_holds(rises: list[int], wait: int) -> None:
    """A counter that fell may be decided on by time alone: it is judged again."""
    at_ms = START_MS + np.arange(len(rises)) * MINUTE_MS
    samples = Samples(at_ms, np.maximum(0, 50_000 + np.cumsum(rises) * 1000))
    before, after = (open_slots(len(rises) + waited, samples) for waited in (0, wait))
    before.judge_after(before)
    after.judge_after(before)
    anew = open_slots(len(rises) + wait, samples)
    edges = at_ms[-1:] + 1
    assert (after.up_to(["kettle"], edges) == anew.up_to(["kettle"], edges)).all()


def test_a_new_sample_is_judged_at_the_next_refresh() -> None:
    """Only a device without any keeps what is known of it."""
    before, same = (open_slots(20, samples_at(*range(20))) for _ in range(2))
    more = open_slots(20, samples_at(*range(21)))
    before.judge_after(before)
    same.judge_after(before)
    more.judge_after(before)
    assert same.judged["kettle"] is before.judged["kettle"]
    assert more.up_to(["kettle"], np.array([more.end_ms]))[0, 0, 0] == 40_000
