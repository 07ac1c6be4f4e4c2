"""Instants as the house sees them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from virtual_home.moments import is_weekend, moments

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("zone", [TOKYO, BERLIN, ZoneInfo("Asia/Kathmandu")])
def test_the_clock_on_the_wall_is_the_librarys(zone: ZoneInfo) -> None:
    """Two years in steps of 37 minutes, through four changes of summer time."""
    start = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    at = start + 37 * 60.0 * np.arange(2 * 365 * 24 * 60 // 37)
    seen = moments(at, zone)
    for number in range(0, len(at), 7):
        local = datetime.fromtimestamp(at[number], UTC).astimezone(zone)
        assert seen.second_of_day[number] == local.hour * 3600 + local.minute * 60
        assert seen.day[number] == local.date().toordinal() - 719_163


def test_weekends() -> None:
    """1970-01-01 was a Thursday."""
    assert is_weekend(np.arange(7)).tolist() == [False, False, True, True, False, False, False]
