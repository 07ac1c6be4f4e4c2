"""Calls a day: all of an account's calls count, also failed ones, until the house's midnight."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class Quota:
    """Counts down the day's calls.

    Args:
        limit: Calls a day; 10 000 at the real cloud since 2021-09-13.
        zone: Its midnight starts the next day. The real instant is not documented; the vendor's
            own command line assumes local midnight.
    """

    def __init__(self, limit: int, zone: ZoneInfo) -> None:
        self.limit = limit
        self._zone = zone
        self._used = 0
        self._day = ""

    def take(self, now_unix_seconds: float) -> bool:
        """Count one call; False when the day's calls are used up."""
        self._turn_day(now_unix_seconds)
        self._used += 1
        return self._used <= self.limit

    def remaining(self, now_unix_seconds: float) -> int:
        """Calls left today."""
        self._turn_day(now_unix_seconds)
        return max(0, self.limit - self._used)

    def set_remaining(self, calls: int, now_unix_seconds: float) -> None:
        """Pretend that the day's calls are used up to this remainder."""
        self._turn_day(now_unix_seconds)
        self._used = self.limit - calls

    def _turn_day(self, now_unix_seconds: float) -> None:
        day = datetime.fromtimestamp(now_unix_seconds, UTC).astimezone(self._zone).date()
        if self._day != day.isoformat():
            self._day, self._used = day.isoformat(), 0
