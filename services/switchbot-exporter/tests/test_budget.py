"""The interval that the quota affords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchbot_exporter.cloud.budget import DAY_MS, Budget, even_interval_ms, interval_ms

BUDGETS = st.builds(
    Budget,
    daily_limit=st.integers(600, 20_000),
    reserve=st.integers(0, 500),
    minimum_interval_ms=st.integers(1, 600_000),
)
PLUGS = st.integers(1, 100)


def budget(minimum_interval_ms: int = 30_000) -> Budget:
    return Budget(10_000, 500, minimum_interval_ms)


@pytest.mark.parametrize(
    ("plugs", "seconds"), [(1, 30), (3, 30), (6, 54.6), (14, 127.4), (50, 454.8), (600, 5515)]
)
def test_the_even_interval_spreads_the_quota_over_a_day(plugs: int, seconds: float) -> None:
    """10 000 calls less 500 are one each 9.1 s: what n plugs get is n times that."""
    assert even_interval_ms(budget(), plugs) / 1000 == pytest.approx(seconds, rel=1e-3)


def test_the_interval_stretches_when_the_rest_falls_below_the_plan() -> None:
    """Half the day left and a quarter of the calls: twice the interval."""
    even = interval_ms(budget(), 14, remaining=10_000, until_reset_ms=DAY_MS)
    short = interval_ms(budget(), 14, remaining=2875, until_reset_ms=DAY_MS // 2)
    assert even is not None
    assert short == pytest.approx(2 * even, rel=1e-3)


def test_calls_left_over_at_the_end_of_a_day_are_not_rushed() -> None:
    """When the real day ends is undocumented: no 24 hours may see more than a day's quota."""
    assert interval_ms(budget(), 14, remaining=10_000, until_reset_ms=60_000) == even_interval_ms(
        budget(), 14
    )


def test_nothing_is_asked_once_only_the_reserve_is_left() -> None:
    """The rest belongs to the phone's app until the reset."""
    assert interval_ms(budget(), 14, remaining=500, until_reset_ms=DAY_MS) is None


@given(BUDGETS, PLUGS, st.integers(-10, 20_000), st.integers(1, DAY_MS))
def test_a_plan_never_exceeds_what_remains(
    a_budget: Budget, plugs: int, remaining: int, until_reset_ms: int
) -> None:
    """Even if all plugs are asked at the start of each interval, the calls to the reset remain."""
    planned = interval_ms(a_budget, plugs, remaining=remaining, until_reset_ms=until_reset_ms)
    rounds = 0 if planned is None else -(-until_reset_ms // planned)
    assert rounds * plugs <= max(remaining, 0)


@given(BUDGETS, PLUGS, st.integers(0, 20_000), st.integers(1, DAY_MS))
def test_no_plan_is_faster_than_the_minimum_or_the_even_pace(
    a_budget: Budget, plugs: int, remaining: int, until_reset_ms: int
) -> None:
    """However much remains."""
    planned = interval_ms(a_budget, plugs, remaining=remaining, until_reset_ms=until_reset_ms)
    assert planned is None or planned >= a_budget.minimum_interval_ms
    assert planned is None or planned * (a_budget.daily_limit) >= plugs * DAY_MS


@given(
    BUDGETS,
    st.integers(1, 40),
    st.integers(0, 3000),
    st.integers(1, DAY_MS),
    st.lists(st.integers(0, 300), max_size=10),
)
def test_a_day_lived_by_changing_plans_keeps_within_the_quota(
    a_budget: Budget, plugs: int, remaining: int, until_reset_ms: int, others: list[int]
) -> None:
    """Planned anew before each call, while others spend from the same account now and then."""
    calls, left, now_ms = 0, remaining, 0
    while now_ms < until_reset_ms:
        planned = interval_ms(
            a_budget, plugs, remaining=left, until_reset_ms=until_reset_ms - now_ms
        )
        if planned is None:
            break
        calls, left, now_ms = calls + 1, left - 1, now_ms + max(planned // plugs, 1)
        if others and calls % 50 == 0:
            left = max(left - others.pop(), 0)
    assert calls <= remaining
    assert left >= 0
