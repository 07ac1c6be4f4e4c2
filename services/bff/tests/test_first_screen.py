"""The ranges that the page asks for first. The page's own are in frontend/src/period."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bff.first_screen.query import questions
from bff.register.register import HOUSE, Place
from bff.time_grid import instant

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "zone", "until"),
    [
        # As many days, to the same minute of the clock.
        ("2026-11-28T19:40:31+09:00", TOKYO, "2026-10-28T19:40:00+09:00"),
        # Never beyond the month before.
        ("2026-03-31T10:00:00+09:00", TOKYO, "2026-03-01T00:00:00+09:00"),
        # A clock that was moved between the two months.
        ("2026-04-15T10:00:00+02:00", BERLIN, "2026-03-15T10:00:00+01:00"),
    ],
)
def test_a_running_month_is_compared_with_its_elapsed_part(
    now: str, zone: ZoneInfo, until: str
) -> None:
    """Of the month before."""
    asked = list(questions(HOUSE, datetime.fromisoformat(now), zone))
    assert {instant(each.to_ms) for each in asked[3:6]} == {datetime.fromisoformat(until)}


def test_in_the_first_minute_of_a_month_nothing_is_compared() -> None:
    """A range without length is refused."""
    device = Place("device", "kitchen", "shelf_1", "kettle")
    asked = list(questions(device, datetime(2026, 3, 1, 0, 0, 20, tzinfo=TOKYO), TOKYO))
    assert [(each.from_ms < each.to_ms, each.by) for each in asked] == [
        (True, None),
        (True, "day"),
        (True, None),
    ]
