"""The energy of one outlet, added up from its watts; its days are those of the plug's clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

type Watts = Callable[[datetime], float]

# Each minute of the clock counts as the load in its middle, whenever the meter is asked: so the
# energy up to an instant is the same number however often, and from whatever start, it is counted.
STEP_SECONDS = 60
SECONDS_PER_HOUR = 3600.0
WATTS_PER_KILOWATT = 1000.0


def constant_watts(watts: float) -> Watts:
    """A load that never changes."""
    return lambda _at: watts


@dataclass(slots=True)
class Meter:
    """Counts from `at` on. `watts` is asked for instants in UTC."""

    watts: Watts
    at: datetime
    zone: tzinfo = UTC
    on: bool = True
    today_wh: float = 0.0
    month_wh: float = 0.0
    lifetime_wh: float = 0.0
    exported_today_wh: float = 0.0
    days_wh: dict[tuple[int, int, int], float] = field(default_factory=dict)

    def power_watts(self, at: datetime) -> float:
        """What the load takes; nothing with the relay open."""
        return self.watts(at) if self.on else 0.0

    def advance(self, now: datetime) -> None:
        """Count up to `now`, starting again at each midnight on the way."""
        while self.at < now:
            step = datetime.fromtimestamp(self.at.timestamp() // STEP_SECONDS * STEP_SECONDS, UTC)
            end = min(step + timedelta(seconds=STEP_SECONDS), now, self._next_midnight())
            hours = (end - self.at).total_seconds() / SECONDS_PER_HOUR
            middle = step + timedelta(seconds=STEP_SECONDS / 2)
            self._add(self.power_watts(middle) * hours)
            self._cross(end)
            self.at = end

    def set_watts(self, watts: Watts, now: datetime) -> None:
        """Change the load; what was used until now stays counted."""
        self.advance(now)
        self.watts = watts

    def switch(self, now: datetime, *, on: bool) -> None:
        """Open or close the relay."""
        self.advance(now)
        self.on = on

    def _add(self, energy_wh: float) -> None:
        if energy_wh < 0:  # fed back: firmware counts it apart
            self.exported_today_wh -= energy_wh
            return
        self.today_wh += energy_wh
        self.month_wh += energy_wh
        self.lifetime_wh += energy_wh
        local = self.at.astimezone(self.zone)
        day = (local.year, local.month, local.day)
        self.days_wh[day] = self.days_wh.get(day, 0.0) + energy_wh

    def _cross(self, end: datetime) -> None:
        before, after = self.at.astimezone(self.zone), end.astimezone(self.zone)
        if before.date() != after.date():
            self.today_wh = self.exported_today_wh = 0.0
        if (before.year, before.month) != (after.year, after.month):
            self.month_wh = 0.0

    def _next_midnight(self) -> datetime:
        tomorrow = (self.at.astimezone(self.zone) + timedelta(days=1)).date()
        midnight = datetime.combine(tomorrow, datetime.min.time(), self.zone)
        return midnight.astimezone(UTC)
