"""Rules 1 to 5 and 7, pure: against a slow reading of the rules, one sample at a time."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bff.energy import Integers
from bff.ledger.clean import Segments, clean
from bff.ledger.device_rules import Limits
from bff.ledger.samples import CounterSamples, in_order, parse_samples
from bff.ledger.slots import amounts_between
from bff.time_grid import SLOT_MS, slot_edges, slot_start

START_MS = 1_772_323_200_000
MINUTE_MS = 60_000
LIMITS = Limits(rated_power_watts=1500, gap_limit_ms=600_000)
KWH = 1_000_000_000
WATT_HOUR = 1_000_000


@dataclass(frozen=True)
class Samples:
    """A counter as a test writes it."""

    at_ms: list[int]
    uwh: list[int]

    @property
    def counter(self) -> CounterSamples:
        """As the ledger has it."""
        return CounterSamples(
            np.array(self.at_ms, dtype=np.int64), np.array(self.uwh, dtype=np.int64)
        )


@st.composite
def samples(draw: st.DrawFn) -> Samples:
    """A life of a counter: use, rest, silence, glitches, resets, replacements, nonsense."""
    at_ms, uwh = START_MS + draw(st.integers(0, SLOT_MS)), draw(st.sampled_from([0, 8, 5000])) * KWH
    found = Samples([], [])
    for _ in range(draw(st.integers(0, 20))):
        step_ms = draw(st.sampled_from([1, 10_000, MINUTE_MS, 7 * MINUTE_MS, 61 * MINUTE_MS]))
        watts = draw(st.sampled_from([0, 3, 700, 1800, 4000]))
        at_ms, uwh = at_ms + step_ms, uwh + watts * step_ms * 10 // 36
        shown = uwh
        match draw(st.sampled_from(["use"] * 8 + ["zero", "dip", "rounding", "reset", "swap"])):
            case "zero":
                shown = 0
            case "dip":
                shown = uwh * 95 // 100
            case "rounding":
                shown = max(0, uwh - 1)
            case "reset":
                uwh = shown = draw(st.integers(0, step_ms))
            case "swap":
                uwh = shown = draw(st.integers(0, 9000)) * KWH
        found.at_ms.append(at_ms)
        found.uwh.append(shown)
    return found


def plainly(given_samples: Samples) -> list[tuple[int, int, int, bool]]:
    """The rules read aloud: (start, end, energy, estimated) of each piece."""
    segments = []
    steps: list[tuple[int, int, int]] = []
    good: tuple[int, int] | None = None
    every = list(zip(given_samples.at_ms, given_samples.uwh, strict=True))
    for position, (at, uwh) in enumerate(every):
        if good is None:
            good = (at, uwh)  # rule 1
            continue
        before_at, before_uwh = good
        lasted = at - before_at
        start, energy = before_at, max(0, uwh - before_uwh)  # rule 2
        if uwh < before_uwh - 1:  # rule 4
            if position + 1 == len(every) or every[position + 1][1] >= before_uwh - 1:
                continue
            energy = uwh
            start = at - min(lasted, -(-energy * 36 // 15_000))
        steps.append((before_at, at, energy))
        began_again = uwh < before_uwh - 1
        good = (at, uwh)
        if can_be(steps[-1:] if began_again else steps) and start < at:  # rule 5
            segments.append((start, at, energy, lasted > LIMITS.gap_limit_ms))  # rule 3
    return segments


def can_be(steps: list[tuple[int, int, int]]) -> bool:
    """Rule 5: the last step's energy, alone or with what came before it within ten minutes."""
    end, used = steps[-1][1], 0
    for start, _, energy in reversed(steps):
        if end - start > LIMITS.gap_limit_ms and used:
            break
        used += energy
        if used <= Fraction(1500 * 12 * (end - start), 36) + WATT_HOUR:
            return True
    return False


def tuples(segments: Segments) -> list[tuple[int, int, int, bool]]:
    columns = (segments.start_ms, segments.end_ms, segments.uwh, segments.quality == 2)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def around(given_samples: Samples) -> Integers:
    first = slot_start(given_samples.at_ms[0]) if given_samples.at_ms else START_MS
    last = given_samples.at_ms[-1] if given_samples.at_ms else START_MS
    return slot_edges(first, slot_start(last) + SLOT_MS)


@settings(deadline=None)
@given(samples())
def test_cleaning_all_at_once_is_the_rules_one_sample_at_a_time(what: Samples) -> None:
    """Arrays are for speed; they change nothing of what the rules say."""
    assert tuples(clean(what.counter, LIMITS)) == plainly(what)


@settings(deadline=None)
@given(samples())
def test_the_slots_hold_exactly_the_energy_of_the_pieces(what: Samples) -> None:
    """Nothing is lost or made where pieces are cut by slots, and no slot is negative."""
    segments = clean(what.counter, LIMITS)
    slots = amounts_between(segments, around(what))
    assert slots.measured_uwh.sum() + slots.estimated_uwh.sum() == segments.uwh.sum()
    lasted = (segments.end_ms - segments.start_ms).sum()
    assert slots.measured_ms.sum() + slots.estimated_ms.sum() == lasted
    assert (slots.stacked() >= 0).all()


@settings(deadline=None)
@given(samples())
def test_no_slot_holds_more_than_the_device_can_use(what: Samples) -> None:
    """Rated power with 20 % to spare, for the slot and for what it may show late."""
    segments = clean(what.counter, LIMITS)
    slots = amounts_between(segments, around(what))
    known_ms = slots.measured_ms + slots.estimated_ms
    in_time_ms = known_ms + LIMITS.late_ms * (known_ms > 0)
    most = np.ceil(in_time_ms * 1500 * 1.2 / 3.6) + WATT_HOUR * len(segments.uwh) + 1
    assert (slots.measured_uwh + slots.estimated_uwh <= most).all()
    assert (known_ms <= SLOT_MS).all()


@settings(deadline=None)
@given(samples(), st.lists(st.integers(0, 400 * MINUTE_MS), max_size=20))
def test_finer_cuts_add_up_to_the_slot(what: Samples, offsets: list[int]) -> None:
    """However finely a stretch is cut, the parts are whole numbers whose sum is the stretch."""
    segments, edges = clean(what.counter, LIMITS), around(what)
    finer = np.union1d(edges, np.clip(edges[0] + np.array(offsets, int), edges[0], edges[-1]))
    sums = np.zeros((4, len(finer)), dtype=np.int64)
    np.cumsum(amounts_between(segments, finer).stacked(), axis=1, out=sums[:, 1:])
    again = np.diff(sums[:, np.searchsorted(finer, edges)], axis=1)
    assert (again == amounts_between(segments, edges).stacked()).all()


@settings(deadline=None)
@given(samples(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(what: Samples, chance: Random) -> None:
    """Late samples are put where they belong; one that came twice counts once."""
    both = list(zip(what.at_ms, what.uwh, strict=True)) * 2
    chance.shuffle(both)
    at_ms = np.array([at for at, _ in both], dtype=np.int64)
    uwh = np.array([value for _, value in both], dtype=np.int64)
    counter = in_order(at_ms, uwh)
    assert counter.at_ms.tolist() == what.at_ms
    assert counter.uwh.tolist() == what.uwh


@settings(deadline=None)
@given(samples(), st.data())
def test_the_last_minutes_and_two_samples_are_all_a_stretch_depends_on(
    what: Samples, data: st.DataObject
) -> None:
    """So history can be made in parts of any size, and late samples have a short reach."""
    counter, edges = what.counter, around(what)
    position = data.draw(st.integers(0, len(edges) - 2))
    start_ms, end_ms = edges[position], edges[position + 1]
    first, after = np.searchsorted(counter.at_ms, [start_ms - LIMITS.late_ms, end_ms])
    near = counter.select(slice(max(0, first - 2), after + 2))
    alone = amounts_between(clean(near, LIMITS), np.array([start_ms, end_ms]))
    together = amounts_between(clean(counter, LIMITS), edges)
    assert (alone.stacked()[:, 0] == together.stacked()[:, position]).all()


def test_a_counter_of_whole_watt_hours_is_counted_however_often_it_is_looked_at() -> None:
    """A step of 1 Wh within 5 s would be 720 W: a fan of 30 W uses it all the same."""
    at_ms = [START_MS + 5000 * sample for sample in range(721)]
    floored = [(at - START_MS) * 30 // 3_600_000 * WATT_HOUR for at in at_ms]
    segments = clean(Samples(at_ms, floored).counter, Limits(30, 600_000))
    assert segments.uwh.sum() == 30 * WATT_HOUR
    assert (segments.end_ms - segments.start_ms).sum() == 3_600_000


@pytest.mark.parametrize("poll_seconds", [14.9, 15.1, 20, 29, 140, 500])
def test_polls_slower_than_scrapes_lose_nothing(poll_seconds: float) -> None:
    """Scraped each 15 s, 1.4 kW of at most 1.5: the energy of a whole poll shows in one step."""
    at_ms = [START_MS + 15_000 * sample for sample in range(481)]
    poll_ms = round(poll_seconds * 1000)
    read_ms = [(at - START_MS) // poll_ms * poll_ms for at in at_ms]
    uwh = [at * 1400 * 10 // 36 for at in read_ms]
    segments = clean(Samples(at_ms, uwh).counter, LIMITS)
    assert segments.uwh.sum() == uwh[-1]


def test_a_rise_that_no_rest_explains_is_another_counter() -> None:
    """Ten minutes of rest could have hidden 300 Wh and no more; a busy device hides nothing."""
    at_ms = [START_MS + MINUTE_MS * sample for sample in range(32)]
    rested = [0] * 31 + [302 * WATT_HOUR]
    busy = [20 * WATT_HOUR * sample for sample in range(31)] + [(600 + 60 + 120) * WATT_HOUR]
    assert clean(Samples(at_ms, rested).counter, LIMITS).uwh.sum() == 0
    assert clean(Samples(at_ms, busy).counter, LIMITS).uwh.sum() == 600 * WATT_HOUR


def test_nonsense_is_no_sample() -> None:
    """Stale markers, infinities and negative counters are left out, not read as zero."""
    at_ms = np.arange(6, dtype=np.int64)
    counter = parse_samples(at_ms, np.array([1.0, np.nan, np.inf, -1.0, 1e300, 2.0]))
    assert counter.at_ms.tolist() == [0, 5]
    assert counter.uwh.tolist() == [KWH, 2 * KWH]


def test_of_two_samples_at_one_instant_the_larger_counts() -> None:
    """As VictoriaMetrics' own deduplication decides."""
    counter = parse_samples(np.array([5, 5, 1]), np.array([2.0, 3.0, 1.0]))
    assert counter.uwh.tolist() == [KWH, 3 * KWH]


def test_a_silence_of_years_is_spread_exactly() -> None:
    """The products leave 64 bits; the shares must still be whole and add up."""
    years = CounterSamples(
        np.array([START_MS, START_MS + 3 * 365 * 86_400_000]), np.array([0, 39_000 * KWH + 7])
    )
    segments = clean(years, LIMITS)
    slots = amounts_between(segments, slot_edges(START_MS, int(years.at_ms[-1])))
    assert slots.estimated_uwh.sum() == 39_000 * KWH + 7
    assert np.ptp(slots.estimated_uwh) <= 1
