"""Figures of a comparison from lines whose lag, bias and silences are known. Pure."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bff.comparison.compare import ComparisonResult, compare
from bff.comparison.grid import MAX_POINTS, make_grid, points
from bff.comparison.watts import lag
from bff.time_grid import Interval
from bff.victoriametrics.power import PowerOfSource

HOUR_MS = 3_600_000
FROM_MS = 1_772_323_200_000
TO_MS = FROM_MS + 6 * HOUR_MS
EVERY_MS = 15_000


def load_watts(at_ms: NDArray[np.int64]) -> NDArray[np.float64]:
    """Steps of a kind of fridge: 90 s to some minutes long, always the same ones."""
    random = np.random.default_rng(7)
    edges = FROM_MS - HOUR_MS + np.cumsum(random.integers(90_000, 400_000, 200))
    levels = random.choice([2.0, 60.0, 110.0, 850.0], 201)
    return levels[np.searchsorted(edges, at_ms)]


def line(
    *,
    late_ms: int = 0,
    bias_watts: float = 0.0,
    silent: tuple[int, int] = (0, 0),
    phase_ms: int = 0,
) -> PowerOfSource:
    """A source scraped each 15 s; in its silence (minutes) it has nothing but a stale marker."""
    at_ms = np.arange(FROM_MS + phase_ms, TO_MS, EVERY_MS, dtype=np.int64)
    watts = load_watts(at_ms - late_ms) + bias_watts
    minutes = (at_ms - FROM_MS) / 60_000
    inside = (minutes >= silent[0]) & (minutes < silent[1])
    watts[inside] = np.nan
    keep = ~inside | np.concatenate(([False], ~inside[:-1]))
    return PowerOfSource(at_ms[keep], watts[keep], at_ms[keep])


def compared(a: PowerOfSource, b: PowerOfSource) -> ComparisonResult:
    return compare(a, b, Interval(FROM_MS, TO_MS), (None, None))


@pytest.mark.parametrize("late_seconds", [-200, -47, 0, 8, 120])
def test_the_lag_is_found_whichever_is_later(late_seconds: int) -> None:
    """By cross-correlation, to within the 15 s at which both are scraped."""
    found = lag(make_grid(line(), line(late_ms=late_seconds * 1000), FROM_MS, TO_MS))
    assert found is not None
    assert found.seconds == pytest.approx(late_seconds, abs=15)
    assert found.resolution_seconds == 15


def test_readings_are_compared_when_they_were_taken_not_when_they_were_scraped() -> None:
    """A reading that waited 10 s for its scrape is no later reading."""
    at_ms = np.arange(FROM_MS, TO_MS, EVERY_MS, dtype=np.int64)
    waited = PowerOfSource(at_ms, load_watts(at_ms - 10_000), at_ms - 10_000)
    found = lag(make_grid(line(phase_ms=5_000), waited, FROM_MS, TO_MS))
    assert found is not None
    assert found.seconds == pytest.approx(0, abs=1)


def test_a_lag_that_the_readings_cannot_tell_speaks_for_nobody() -> None:
    """Read once a minute at the same instants, 2 s late looks like a minute or like nothing."""
    at_ms = np.arange(FROM_MS, TO_MS, 60_000, dtype=np.int64)
    one, late = (PowerOfSource(at_ms, load_watts(at_ms - ms), at_ms) for ms in (0, 2_000))
    figures = compared(one, late)
    assert figures.lag is not None
    assert figures.lag.resolution_seconds == 60
    assert "lag" not in {reason.name for reason in figures.verdict.reasons}
    assert figures.verdict.name == "equal"


def test_two_flat_lines_have_no_lag() -> None:
    """Any shift fits: an honest unknown."""
    at_ms = np.arange(FROM_MS, TO_MS, EVERY_MS, dtype=np.int64)
    flat = PowerOfSource(at_ms, np.full(len(at_ms), 5.0), at_ms)
    assert lag(make_grid(flat, flat, FROM_MS, TO_MS)) is None


def test_two_unrelated_lines_have_no_lag() -> None:
    """Noise correlates with noise a little at some shift."""
    at_ms = np.arange(FROM_MS, TO_MS, EVERY_MS, dtype=np.int64)
    random = np.random.default_rng(1)
    one, other = (PowerOfSource(at_ms, random.normal(50, 20, len(at_ms)), at_ms) for _ in "ab")
    assert lag(make_grid(one, other, FROM_MS, TO_MS)) is None


@pytest.mark.parametrize("bias_watts", [-40.0, 0.0, 0.3])
def test_bias_is_what_the_second_shows_more(bias_watts: float) -> None:
    """Median and 95th percentile are of the bare distance."""
    figures = compared(line(), line(bias_watts=bias_watts))
    assert figures.watts is not None
    assert figures.watts.bias_watts == pytest.approx(bias_watts, abs=1e-6)
    assert figures.watts.median_watts == pytest.approx(abs(bias_watts), abs=1e-6)
    assert figures.watts.p95_watts == pytest.approx(abs(bias_watts), abs=1e-6)


def test_a_silence_is_counted_and_never_compared() -> None:
    """36 of 360 minutes away: availability 90 %, and no difference in watts because of it."""
    figures = compared(line(), line(silent=(60, 96)))
    assert figures.a.share == 1
    assert figures.a.longest_silence_ms == 0
    assert figures.b.share == pytest.approx(0.9, abs=0.001)
    assert figures.b.outages == 1
    assert figures.b.longest_silence_ms == 36 * 60_000
    assert figures.watts is not None
    assert figures.watts.p95_watts == 0
    assert (figures.verdict.name, figures.verdict.prefer) == ("prefer", "a")
    assert figures.verdict.reasons[0].name == "availability"


def test_recovery_counts_from_when_the_plug_was_proven_alive() -> None:
    """Both lost it at minute 60; it was back at 80 by the one, at 83 by the other."""
    figures = compared(line(silent=(60, 80)), line(silent=(60, 83)))
    assert figures.a.recovery_ms == [0]
    assert figures.b.recovery_ms == [3 * 60_000]


def test_a_missed_scrape_is_no_outage() -> None:
    """One sample of many may be lost without a marker."""
    whole = line()
    keep = np.ones(len(whole.at_ms), dtype=np.bool_)
    keep[100] = False
    holed = PowerOfSource(whole.at_ms[keep], whole.watts[keep], whole.read_ms[keep])
    assert compared(whole, holed).b.outages == 0


def test_a_source_that_stopped_without_a_word_is_silent_from_then_on() -> None:
    """No marker is written for pushed series."""
    whole = line()
    half = len(whole.at_ms) // 2
    stopped = PowerOfSource(whole.at_ms[:half], whole.watts[:half], whole.read_ms[:half])
    figures = compared(whole, stopped)
    assert figures.b.share == pytest.approx(0.5, abs=0.01)
    assert figures.b.longest_silence_ms == pytest.approx(3 * HOUR_MS, abs=60_000)
    assert figures.b.recovery_ms == []


def test_sources_that_measure_different_things_are_not_ranked() -> None:
    """One of them is wrong, and nothing here can show which."""
    verdict = compared(line(), line(bias_watts=40, silent=(60, 96))).verdict
    assert (verdict.name, verdict.prefer) == ("disagree", None)


def test_a_bias_that_comes_of_reading_now_and_then_is_no_disagreement() -> None:
    """A load that jumps each ten seconds, read each second and each fifteenth, for ten minutes."""
    jumps = np.random.default_rng(3).choice([10.0, 900.0], 60)
    end_ms = FROM_MS + 600_000

    def read(every_ms: int, bias_watts: float = 0.0) -> PowerOfSource:
        at_ms = np.arange(FROM_MS, end_ms, every_ms, dtype=np.int64)
        return PowerOfSource(at_ms, jumps[(at_ms - FROM_MS) // 10_000] + bias_watts, at_ms)

    interval = Interval(FROM_MS, end_ms)
    figures = compare(read(1_000), read(15_000), interval, (None, None))
    assert figures.watts is not None
    assert 0.02 * figures.watts.mean_watts < abs(figures.watts.bias_watts)
    assert abs(figures.watts.bias_watts) < figures.watts.doubt_watts
    assert figures.verdict.name != "disagree"
    biased = compare(read(1_000), read(15_000, 150), interval, (None, None))
    assert biased.verdict.name == "disagree"


def test_equal_sources_are_equal() -> None:
    """No winner is made up."""
    verdict = compared(line(), line(phase_ms=100)).verdict
    assert (verdict.name, verdict.prefer) == ("equal", None)


def test_a_source_that_never_spoke_loses() -> None:
    """And two that never did are no data."""
    nothing = PowerOfSource(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
    assert compared(line(), nothing).verdict.name == "one_silent"
    assert compared(line(), nothing).verdict.prefer == "a"
    assert compared(nothing, nothing).verdict.name == "no_data"


def test_what_is_drawn_is_short_and_leaves_silence_out() -> None:
    """Never a zero, never a line across a hole."""
    drawn = list(points(compared(line(), line(silent=(60, 120))).grid))
    assert len(drawn) <= MAX_POINTS
    inside = [p for p in drawn if 61 <= (p.at_ms - FROM_MS) / 60_000 < 118]
    assert inside
    assert {(p.b_watts, p.difference_watts) for p in inside} == {(None, None)}
    assert all(p.a_watts is not None for p in drawn)


def test_what_lies_between_the_lines_is_the_difference() -> None:
    """Both lines are drawn from the same instants, also where one was silent for a part of them."""
    drawn = list(points(compared(line(), line(silent=(60, 120), bias_watts=5)).grid))
    apart = [
        (p.b_watts - p.a_watts, p.difference_watts)
        for p in drawn
        if p.a_watts is not None and p.b_watts is not None
    ]
    assert len(apart) > 100
    for between, difference in apart:
        assert between == pytest.approx(difference, abs=0.002)
