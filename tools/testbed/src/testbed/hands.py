"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Hands:
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
