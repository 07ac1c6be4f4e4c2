"""The day's calls of the account."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from virtual_home.cloud.quota import Quota


def unix(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


def test_the_limit_is_the_last_call_that_is_served() -> None:
    """Refused calls count as well: the remainder stays 0."""
    quota, noon = Quota(2, ZoneInfo("Asia/Tokyo")), unix("2026-03-01T12:00:00+09:00")
    assert [quota.take(noon) for _ in range(4)] == [True, True, False, False]
    assert quota.remaining(noon) == 0


def test_the_next_day_of_the_house_begins_anew() -> None:
    """Midnight in Tokyo is 15:00 UTC."""
    quota = Quota(10, ZoneInfo("Asia/Tokyo"))
    quota.set_remaining(0, unix("2026-03-01T14:59:59Z"))
    assert not quota.take(unix("2026-03-01T14:59:59Z"))
    assert quota.take(unix("2026-03-01T15:00:00Z"))
    assert quota.remaining(unix("2026-03-01T15:00:01Z")) == 9
