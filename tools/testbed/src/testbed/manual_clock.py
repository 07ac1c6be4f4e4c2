"""A clock that a test sets and moves."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class ManualClock:
    """The instant (aware) that the clock shows."""

    instant: datetime

    def now(self) -> datetime:
        """For people and days."""
        return self.instant

    def monotonic(self) -> float:
        """For ages and waits, in seconds."""
        return self.instant.timestamp()

    def pass_by(self, **time: float) -> None:
        """Move on by so many `seconds`, `minutes`, `hours` or `days`."""
        self.instant += timedelta(**time)
