"""What holds for every history, true or false, that a device may report."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from exporter_kit.energy.accumulate import MAX_POWER_UW, advance
from exporter_kit.energy.counter import Counter, Limits, Past
from home_model.readings import Reading

START = datetime(2026, 3, 1, tzinfo=UTC)
STATE = TypeAdapter(Counter)

energies = st.one_of(
    st.none(),
    st.sampled_from([0.0, 0.001, 0.1, 2.0, 40.0, 1000.0, 5000.0]),
    st.floats(0, 10, allow_nan=False),
    st.floats(allow_nan=True, allow_infinity=True),
)
watts = st.one_of(st.none(), st.floats(-10, 4000), st.floats(allow_nan=True, allow_infinity=True))
steps_seconds = st.one_of(
    st.floats(0, 120), st.floats(-1200, 7200), st.sampled_from([0.0, 86_400.0, 200_000.0])
)
limits = st.builds(
    Limits,
    max_power_watts=st.floats(1, 4000),
    gap_limit_seconds=st.floats(1, 3600),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Reading]:
    """Readings in the order in which they come, their clock not always going forward."""
    at, history = START, []
    for step in draw(st.lists(steps_seconds, max_size=40)):
        at += timedelta(seconds=step)
        history.append(
            Reading(
                at=at,
                power_watts=draw(watts),
                energy_lifetime_kwh=draw(energies),
                energy_today_kwh=draw(energies),
            )
        )
    return history


def counters_of(history: list[Reading], limits: Limits) -> list[Counter]:
    counters, past = [Counter()], Past()
    for reading in history:
        counters.append(advance(counters[-1], reading, limits, past))
    return counters


def restored(counter: Counter) -> Counter:
    """As it comes back from the disk."""
    return STATE.validate_json(STATE.dump_json(counter))


def at_rest(last: Reading) -> list[Reading]:
    """Two hours in which nothing is used: nothing is held back any more."""
    return [
        replace(last, at=last.at + timedelta(minutes=5 * count), power_watts=None)
        for count in range(1, 25)
    ]


@given(histories(), limits)
def test_a_counter_never_falls(history: list[Reading], limits: Limits) -> None:
    """Neither the exact total nor the float that is exposed."""
    for before, after in pairwise(counters_of(history, limits)):
        assert after.total_nwh >= before.total_nwh
        assert after.total_kwh >= before.total_kwh


@given(histories(), limits)
def test_no_more_is_counted_than_the_meter_can_carry(
    history: list[Reading], limits: Limits
) -> None:
    """By power alone: what a house draws at most, times the time gone by."""
    history = [
        replace(reading, energy_lifetime_kwh=None, energy_today_kwh=None) for reading in history
    ]
    gone_seconds = sum(
        max(0.0, (after.at - before.at).total_seconds()) for before, after in pairwise(history)
    )
    most_kwh = MAX_POWER_UW / 1e6 * gone_seconds / 3.6e6
    assert counters_of(history, limits)[-1].total_kwh <= most_kwh * (1 + 1e-6) + 1e-9


@given(histories(), limits, st.data())
def test_a_restart_at_any_instant_changes_nothing(
    history: list[Reading], limits: Limits, data: st.DataObject
) -> None:
    """A counter that went through the state file counts on as the one that did not."""
    plain = restarted = Counter()
    past, other_past = Past(), Past()
    for reading in history:
        plain = advance(plain, reading, limits, past)
        restarted = advance(restarted, reading, limits, other_past)
        if data.draw(st.booleans()):
            restarted = restored(restarted)
        assert restarted == plain


@given(
    st.lists(st.tuples(st.floats(1, 600), st.floats(0, 1500)), min_size=1, max_size=60),
    st.floats(5, 20_000),
    st.data(),
)
def test_an_honest_counter_with_some_false_values_is_followed_exactly(
    story: list[tuple[float, float]], shown_first_kwh: float, data: st.DataObject
) -> None:
    """Single false zeros, false heights and missing values neither make nor lose energy.

    A counter that shows some watt-hours yet may as well have begun again.
    """
    limits = Limits(max_power_watts=1800, gap_limit_seconds=600)
    at, used_kwh, false_before = START, 0.0, True
    counter, past = Counter(), Past()
    for seconds, power_watts in story:
        counter = advance(
            counter, Reading(at=at, energy_lifetime_kwh=shown_first_kwh + used_kwh), limits, past
        )
        if not false_before and data.draw(st.booleans()):
            false = data.draw(st.sampled_from([0.0, shown_first_kwh / 2, shown_first_kwh + 7000]))
            between = at + timedelta(seconds=seconds / 2)
            counter = advance(counter, Reading(at=between, energy_lifetime_kwh=false), limits, past)
        false_before = False
        at += timedelta(seconds=seconds)
        used_kwh += power_watts * seconds / 3.6e6
    last = Reading(at=at, energy_lifetime_kwh=shown_first_kwh + used_kwh)
    for reading in [last, *at_rest(last)]:
        counter = advance(counter, reading, limits, past)
    assert abs(counter.total_kwh - used_kwh) <= 1e-9 * max(1.0, shown_first_kwh)


@given(
    st.lists(st.tuples(st.floats(1, 600), st.floats(0, 1500)), min_size=4, max_size=60),
    st.data(),
)
def test_a_daily_counter_loses_nothing_at_its_midnight(
    story: list[tuple[float, float]], data: st.DataObject
) -> None:
    """Wherever between two readings the device's own clock begins a day: power covers the rest."""
    limits = Limits(max_power_watts=1800, gap_limit_seconds=600)
    midnight = data.draw(st.integers(1, len(story) - 2))
    share_after = data.draw(st.floats(0, 1))
    at, used_kwh, shown_kwh, last_watts = START, 0.0, 10.0, 0.0
    counter, past = Counter(), Past()
    for position, (seconds, power_watts) in enumerate(story):
        energy_kwh = (last_watts + power_watts) / 2 * seconds / 3.6e6 if position else 0.0
        used_kwh += energy_kwh
        shown_kwh = energy_kwh * share_after if position == midnight else shown_kwh + energy_kwh
        at += timedelta(seconds=seconds)
        reading = Reading(at=at, power_watts=power_watts, energy_today_kwh=shown_kwh)
        counter, last_watts = advance(counter, reading, limits, past), power_watts
    for rest in at_rest(reading):
        counter = advance(counter, rest, limits, past)
    assert abs(counter.total_kwh - used_kwh) <= 1e-9 * len(story)
    assert counter.resets == 1
