"""Since when the cloud repeats the same body: a hub that lost its plug goes on answering for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from home_model.errors import SourceError, UnreachableError
from home_model.readings import Reading

CHANGED = "changed_timestamp_seconds"


@dataclass(frozen=True, slots=True)
class _Answer:
    body: Mapping[str, object]
    changed_at: datetime
    changed_monotonic: float


@dataclass(slots=True)
class Freshness:
    """The last body of each device, and when it last changed.

    A plug that is on and carries a load never repeats itself for hours: its voltage moves by
    0.1 V and its minutes of use count.

    Attributes:
        stale_seconds: A body that is the same for so long is not believed.
        monotonic: Seconds of a clock that never goes back.
    """

    stale_seconds: float
    monotonic: Callable[[], float]
    _last: dict[str, _Answer] = field(default_factory=dict, init=False)

    def record(self, device_id: str, body: Mapping[str, object], at: datetime) -> None:
        """Record the answer for a device."""
        last = self._last.get(device_id)
        if last is None or last.body != body:
            self._last[device_id] = _Answer(body, at, self.monotonic())

    def check(self, device_id: str, reading: Reading) -> Reading | SourceError:
        """Return the reading with the instant of the last change, or why it is not believed."""
        last = self._last[device_id]
        if self._is_under_load(reading) and self._age_seconds(last) >= self.stale_seconds:
            hours = self._age_seconds(last) / 3600
            return UnreachableError(
                f"the cloud repeats the same values for {hours:.1f} h although the device is on: "
                "the hub has lost it"
            )
        changed = {CHANGED: last.changed_at.timestamp()}
        return replace(reading, extra={**reading.extra, **changed})

    def _age_seconds(self, answer: _Answer) -> float:
        return self.monotonic() - answer.changed_monotonic

    @staticmethod
    def _is_under_load(reading: Reading) -> bool:
        return reading.extra.get("switch_on") != 0 and reading.power_watts != 0
