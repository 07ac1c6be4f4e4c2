"""Energy of a source that measures power only."""

import numpy as np
import pytest

from energy_rules.limits import Limits
from energy_rules.power import judge_power, parse_power, trapezoid_uwh
from energy_rules.sources import between

START_MS = 1_772_323_200_000
MINUTE_MS = 60_000
LIMITS = Limits(max_power_mw=100_000, gap_limit_ms=10 * MINUTE_MS)


def energy(minutes: list[float], watts: list[float], limits: Limits = LIMITS) -> tuple[int, int]:
    """Return micro-watt-hours and milliseconds that are measured."""
    at_ms = START_MS + np.array([minute * MINUTE_MS for minute in minutes], dtype=np.int64)
    samples = parse_power(at_ms, np.array(watts, dtype=float), START_MS + 10**9)
    spans = judge_power(samples, limits)
    amounts = between(spans, np.array([START_MS - 1, START_MS + 10**9]))
    assert not amounts.estimated_uwh.any()
    return int(amounts.measured_uwh[0]), int(amounts.measured_ms[0])


def test_energy_is_the_trapezoid_between_neighbours_and_none_across_a_silence() -> None:
    """A silence is missing; at the limit it is none."""
    assert energy([0, 6], [1, 3]) == (200_000, 6 * MINUTE_MS)
    assert energy([0, 10], [6, 6]) == (1_000_000, 10 * MINUTE_MS)
    assert energy([0, 10.1], [6, 6]) == (0, 0)
    assert energy([], []) == energy([0], [5]) == (0, 0)


def test_a_clock_that_was_set_forward_counts_at_most_a_gap_that_is_allowed() -> None:
    """Between 0 and 5 minutes the clock of a board was set forward, which the instants hide.

    By hours it is a silence, in which nothing was measured; by less than the limit allows it
    counts as if the time had passed.
    """
    assert energy([0, 5 + 180, 190], [6, 6, 6]) == (500_000, 5 * MINUTE_MS)
    assert energy([0, 5 + 6, 16], [6, 6, 6]) == (500_000, 5 * MINUTE_MS)
    assert energy([0, 5 + 4, 14], [6, 6, 6]) == (1_400_000, 14 * MINUTE_MS)


def test_samples_may_come_in_any_order_and_twice() -> None:
    """As they lie in VictoriaMetrics after a device was moved, or sent a day late."""
    assert energy([6, 0, 6, 0, 6], [3, 1, 3, 1, 3]) == (200_000, 6 * MINUTE_MS)


def test_what_is_fed_back_is_no_use() -> None:
    """Each sample below zero counts as 0, as in exporters."""
    assert energy([0, 6, 12], [-9, 3, 3]) == (450_000, 12 * MINUTE_MS)
    assert trapezoid_uwh(-9_000, 3_000, 6 * MINUTE_MS) == 150_000


@pytest.mark.parametrize("watts", [float("nan"), float("inf"), 1e9])
def test_a_value_that_no_house_draws_is_left_out(watts: float) -> None:
    """The time is known by its neighbours."""
    assert energy([0, 3, 6], [1, watts, 3]) == (200_000, 6 * MINUTE_MS)


def test_a_power_beyond_the_limit_is_missing_until_it_is_held() -> None:
    """A single one was misread; what lasts for a quarter of an hour is what the source draws."""
    once = energy(list(range(5)), [50, 50, 900, 50, 50])
    assert once == (2 * 833_333, 2 * MINUTE_MS)
    held = energy(list(range(40)), [300] * 40)
    assert held == (39 * 5_000_000, 39 * MINUTE_MS)


def test_the_energy_of_a_time_does_not_depend_on_where_samples_begin() -> None:
    """A day that is built again with more days before it is the same to the micro-watt-hour."""
    at_ms = START_MS + np.arange(2_000, dtype=np.int64) * 7_777
    watts = np.abs(np.sin(np.arange(2_000))) * 37.3
    now_ms = int(at_ms[-1])
    edges = np.array([START_MS + 5_000_000, START_MS + 12_000_000])
    found = {
        int(between(judge_power(parse_power(at_ms[n:], watts[n:], now_ms), LIMITS), edges)
            .measured_uwh[0])
        for n in (0, 1, 333, 640)
    }  # fmt: skip
    assert len(found) == 1
