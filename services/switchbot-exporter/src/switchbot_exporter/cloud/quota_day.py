"""The days of the quota: midnight, or another hour, in a chosen time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Reset:
    """When a new day's quota begins. Undocumented; the vendor's own tool assumes local midnight."""

    zone: ZoneInfo
    hour: int = 0

    def day_start(self, now: datetime) -> datetime:
        """The last reset at or before `now`, in UTC."""
        return self._at(now, days=0) if self._at(now, days=0) <= now else self._at(now, days=-1)

    def next(self, now: datetime) -> datetime:
        """The first reset after `now`, in UTC."""
        return self._at(now, days=1) if self._at(now, days=0) <= now else self._at(now, days=0)

    def until_next_ms(self, now: datetime) -> int:
        """Milliseconds to the next reset, at least 1."""
        return (self.next(now) - now) // timedelta(milliseconds=1) + 1

    def _at(self, now: datetime, days: int) -> datetime:
        day = now.astimezone(self.zone).date() + timedelta(days=days)
        local = datetime(day.year, day.month, day.day, self.hour, tzinfo=self.zone)
        return local.astimezone(UTC)
