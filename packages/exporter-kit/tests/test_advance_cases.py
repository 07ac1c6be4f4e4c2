"""What a counter makes of the histories that real plugs have."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exporter_kit.energy.accumulate import advance
from exporter_kit.energy.counter import Counter, Limits, Past
from home_model.readings import Reading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = Limits(max_power_watts=1800, gap_limit_seconds=600)

type Point = tuple[float, float]


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def run(readings: Iterable[Reading], limits: Limits = LIMITS) -> Counter:
    """The counter after the readings and two hours at rest, in which nothing is held back."""
    counter, past = Counter(), Past()
    history = list(readings)
    for reading in [*history, *rest_after(history[-1])]:
        counter = advance(counter, reading, limits, past)
    return counter


def rest_after(last: Reading) -> Iterable[Reading]:
    return (
        replace(last, at=last.at + timedelta(minutes=5 * count), power_watts=None)
        for count in range(1, 25)
    )


def powers(*points: Point) -> list[Reading]:
    return [Reading(at=minutes(at), power_watts=watts) for at, watts in points]


def lifetimes(*points: Point) -> list[Reading]:
    return [Reading(at=minutes(at), energy_lifetime_kwh=kwh) for at, kwh in points]


def todays(*points: Point) -> list[Reading]:
    return [Reading(at=minutes(at), energy_today_kwh=kwh) for at, kwh in points]


def test_power_is_integrated_by_trapezoid() -> None:
    """0 W rising to 600 W over 10 minutes is 300 W for 10 minutes."""
    assert run(powers((0, 0), (10, 600))).total_kwh == pytest.approx(0.05)


def test_nothing_is_counted_across_a_silence_longer_than_the_gap_limit() -> None:
    """Eleven minutes without a reading are unknown; counting goes on after them."""
    counter = run(powers((0, 600), (11, 600), (21, 600)))
    assert counter.total_kwh == pytest.approx(0.1)
    assert counter.gaps == 1


def test_a_longer_gap_limit_in_force_is_integrated_across() -> None:
    """Quota-stretched polling is no silence."""
    limits = Limits(1500, gap_limit_seconds=3600)
    assert run(powers((0, 600), (11, 600)), limits).total_kwh == pytest.approx(0.11)


def test_a_power_beyond_what_the_meter_carries_is_no_reading() -> None:
    """3276.7 W from a meter of 1500 W is passed over; its neighbours are joined."""
    assert run(powers((0, 600), (1, 3276.7), (2, 600))).total_kwh == pytest.approx(0.02)


def test_the_check_by_power_is_not_capped_by_the_limit_it_checks() -> None:
    """2400 W on a meter of 1500 W beside its own counter: the check shows all of it."""
    history = [
        Reading(at=minutes(at), power_watts=2400, energy_lifetime_kwh=10 + at / 60)
        for at in range(11)
    ]
    assert run(history).by_power_kwh == pytest.approx(0.4)


def test_a_power_below_zero_is_no_energy() -> None:
    """A meter's noise around zero takes nothing away."""
    assert run(powers((0, -0.5), (10, -0.5))).total_nwh == 0


def test_a_repeated_or_late_reading_counts_no_time_twice() -> None:
    """Three readings, one of them twice and one late, are still ten minutes."""
    history = powers((0, 600), (5, 600), (5, 600), (3, 600), (10, 600))
    assert run(history).total_kwh == pytest.approx(0.1)


def test_counting_goes_on_after_the_clock_was_set_back() -> None:
    """A clock an hour ahead, corrected, costs one interval and not the hour."""
    assert run(powers((60, 600), (70, 600), (0, 600), (10, 600))).total_kwh == pytest.approx(0.2)


def test_what_a_used_plug_counted_before_it_joined_is_not_ours() -> None:
    """The first value of a device's own counter is where counting begins."""
    assert run(lifetimes((0, 8.3), (60, 8.9))).total_kwh == pytest.approx(0.6)


def test_a_false_zero_never_happened() -> None:
    """1000, 1001, 0, 1001.2 is 1.2 kWh."""
    history = lifetimes((0, 1000), (60, 1001), (61, 0), (73, 1001.2), (85, 1001.4))
    assert run(history).total_kwh == pytest.approx(1.4)


def test_a_dip_and_back_never_happened() -> None:
    """Five per cent down and up again is no energy."""
    history = lifetimes((0, 1000), (60, 1001), (65, 950), (90, 1001.2), (120, 1002))
    assert run(history).total_kwh == pytest.approx(2.0)


def test_several_false_zeros_in_a_row_lose_nothing() -> None:
    """The second zero looks like a new beginning; the return shows that it was none."""
    history = lifetimes((0, 1000), (60, 1001), (61, 0), (62, 0), (63, 0), (64, 1001.1), (124, 1002))
    assert run(history).total_kwh == pytest.approx(2.0)


def test_a_false_high_value_is_no_energy() -> None:
    """5000 between two readings of 1000 is passed over, and the energy around it is kept."""
    history = lifetimes((0, 1000), (1, 5000), (2, 1000.02), (3, 1000.04))
    assert run(history).total_kwh == pytest.approx(0.04)


def test_a_new_beginning_counts_what_it_shows_since() -> None:
    """After a confirmed fall the counter's own value is energy since the reset."""
    history = lifetimes((0, 39.5), (60, 40), (61, 0), (62, 0.008), (122, 0.508))
    counter = run(history)
    assert counter.total_kwh == pytest.approx(1.008)
    assert counter.resets == 1


@pytest.mark.parametrize("other", [5000.0, 1200.0, 100.3])
def test_a_replaced_plug_brings_no_energy(other: float) -> None:
    """Another plug's counter, higher or lower, is a new place to count from."""
    history = lifetimes((0, 2000), (60, 2000.1), (65, other), (66, other), (126, other + 0.1))
    assert run(history).total_kwh == pytest.approx(0.2)


def test_energy_over_a_silence_is_kept_if_the_counter_survived() -> None:
    """A device's own counter has what no poll read; the gap limit is not for it."""
    assert run(lifetimes((0, 10), (240, 10.4))).total_kwh == pytest.approx(0.4)


def test_a_daily_counter_begins_again_each_day() -> None:
    """Two days of 100 W, read each ten minutes, midnight included, lose at most one reading."""
    history = [
        Reading(at=minutes(10 * n), energy_today_kwh=(10 * n + 717) % 1440 / 600)
        for n in range(2 * 144 + 1)
    ]
    assert run(history).total_kwh == pytest.approx(4.8, abs=0.02)


@pytest.mark.parametrize("step_minutes", [1, 7, 10])
def test_with_its_power_a_daily_counter_loses_nothing_at_midnight(step_minutes: int) -> None:
    """What was used after the last reading of a day is in no counter; its watts estimate it."""
    readings = [
        Reading(
            at=minutes(step_minutes * n),
            power_watts=100,
            energy_today_kwh=(step_minutes * n + 717) % 1440 / 600,
        )
        for n in range(2880 // step_minutes + 1)
    ]
    passed_minutes = 2880 // step_minutes * step_minutes
    assert run(readings).total_kwh == pytest.approx(passed_minutes / 600, abs=1e-9)


def test_power_does_not_fill_a_long_silence_around_midnight() -> None:
    """What was drawn meanwhile is unknown: the new day's own value is all that is sure."""
    readings = [
        Reading(at=minutes(at), power_watts=100, energy_today_kwh=kwh)
        for at, kwh in ((0, 2.0), (60, 0.05), (61, 0.052))
    ]
    assert run(readings).total_kwh == pytest.approx(0.052)


def test_a_false_zero_counts_no_power_beside_the_own_counter() -> None:
    """The own counter came back: what it shows is energy, the power meanwhile only a witness."""
    shown = [(0, 2.0), (10, 2.1), (20, 0), (30, 2.25)]
    history = [Reading(at=minutes(at), power_watts=600, energy_today_kwh=kwh) for at, kwh in shown]
    counter = run(history)
    assert counter.total_kwh == pytest.approx(0.25)
    assert counter.by_power_kwh == pytest.approx(0.3)


def test_a_daily_reset_hidden_in_a_silence_is_counted_from_zero() -> None:
    """The device is known to begin at midnight: 2.1 after 2.0, over a midnight, is 2.1 at least."""
    day = 1440
    history = todays((-1, 0.9), (0, 0.0), (1, 0.001), (day - 200, 2.0), (day + 200, 2.1))
    assert run(history).total_kwh == pytest.approx(2.0 + 2.1, abs=0.002)


def test_a_silence_without_a_midnight_is_only_its_rise() -> None:
    """The same values within a day are 0.1 kWh."""
    history = todays((-1, 0.9), (0, 0.0), (1, 0.001), (600, 2.0), (1000, 2.1))
    assert run(history).total_kwh == pytest.approx(2.1, abs=0.002)


def test_a_silence_of_more_than_a_day_holds_a_daily_reset() -> None:
    """After 30 hours the whole value is of that last day, whatever its clock shows."""
    assert run(todays((0, 1.0), (1800, 1.5))).total_kwh == pytest.approx(1.5)


def test_a_coarse_counter_may_move_in_steps() -> None:
    """0.1 kWh a step at 60 W: long flat, then a step in one second."""
    limits = Limits(max_power_watts=60, gap_limit_seconds=600)
    steps = [(minute, minute // 100 / 10) for minute in range(1001)]
    counter = run(lifetimes(*steps), limits)
    assert counter.total_kwh == pytest.approx(1.0)
    assert counter.jumps == 0


def test_power_bridges_the_time_when_the_own_counter_does_not_answer() -> None:
    """Energy is counted meanwhile, and not a second time when the counter is back."""
    history = [
        Reading(at=minutes(0), power_watts=600, energy_lifetime_kwh=10),
        Reading(at=minutes(5), power_watts=600),
        Reading(at=minutes(10), power_watts=600),
    ]
    assert run(history).total_kwh == pytest.approx(0.1)
    back = Reading(at=minutes(15), power_watts=600, energy_lifetime_kwh=10.15)
    assert run([*history, back]).total_kwh == pytest.approx(0.15)


def test_a_lifetime_counter_is_preferred_to_a_daily_one() -> None:
    """It loses nothing at midnight."""
    history = [
        Reading(at=minutes(0), energy_lifetime_kwh=10, energy_today_kwh=3),
        Reading(at=minutes(60), energy_lifetime_kwh=10.5, energy_today_kwh=0),
    ]
    assert run(history).total_kwh == pytest.approx(0.5)


def test_a_reading_without_power_or_energy_counts_nothing() -> None:
    """Volts alone move no counter."""
    assert run([Reading(at=minutes(0), voltage_volts=100)]).total_nwh == 0
