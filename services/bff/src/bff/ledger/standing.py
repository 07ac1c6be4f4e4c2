"""Where the ledger stands, shared between the follower's thread and those who ask."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from bff.grid import SLOTS_PER_DAY
from bff.ledger.tail import Tail
from bff.stretch import Stretch


@dataclass(frozen=True, slots=True)
class Rebuild:
    """How far making slots again has come.

    Attributes:
        since_s: When it began, by the monotonic clock.
        done_samples: Samples read since then.
        left_samples: Samples still to be read.
    """

    since_s: float
    done_samples: int = 0
    left_samples: int = 0

    def after(self, samples: int) -> Self:
        """The same when so many more samples have been read."""
        left_samples = max(0, self.left_samples - samples)
        return replace(self, done_samples=self.done_samples + samples, left_samples=left_samples)

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        both = self.done_samples + self.left_samples
        return self.done_samples / both if both else 1.0

    def eta_seconds(self) -> float | None:
        """How long it will still take at the present speed; None while that is unknown."""
        if not self.left_samples:
            return 0.0
        if not self.done_samples:
            return None
        return (time.monotonic() - self.since_s) * self.left_samples / self.done_samples


@dataclass(frozen=True, slots=True)
class Standing:
    """One state of affairs; replaced as a whole.

    Attributes:
        frontier_ms: Up to where slots are closed and stored; None before the first build.
        tail: What is known from there on; None until VictoriaMetrics was looked at.
        counted_from_ms: The days before are not compared with VictoriaMetrics yet.
        behind: Days whose stored slots are not what the samples say, by device.
        down: Why VictoriaMetrics could not be asked last time; None when it could.
        rebuild: How far making the days of `behind` has come.
    """

    frontier_ms: int | None = None
    tail: Tail | None = None
    counted_from_ms: int | None = None
    behind: Mapping[str, frozenset[int]] = field(default_factory=dict)
    down: str | None = None
    rebuild: Rebuild | None = None

    @property
    def dirty_slots(self) -> int:
        """Closed slots that are to be made again."""
        return SLOTS_PER_DAY * sum(len(days) for days in self.behind.values())

    def lag_seconds(self, now_ms: int) -> float | None:
        """How long ago VictoriaMetrics was looked at; None when it never was."""
        return None if self.tail is None else (now_ms - self.tail.end_ms) / 1000

    def lacks(self, devices: Sequence[str], days: Stretch) -> bool:
        """Whether something is missing to answer for these devices and days."""
        if self.tail is None or any(device not in self.tail.heard for device in devices):
            return True
        if self.counted_from_ms is None or days.start_ms < self.counted_from_ms:
            return True
        return self.is_behind(devices, days)

    def is_behind(self, devices: Sequence[str], days: Stretch) -> bool:
        """Whether stored slots of these devices and days are known to be outdated."""
        return any(
            days.start_ms <= day < days.end_ms
            for device in devices
            for day in self.behind.get(device, ())
        )


class StandingBoard:
    """Holds the present Standing. One thread writes, many read and may wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._now = Standing()
        self._doubted = False
        self.asked = threading.Event()

    @property
    def now(self) -> Standing:
        """The present state of affairs."""
        return self._now

    def change(self, **parts: object) -> None:
        """Replace some parts of it and wake those who wait."""
        with self._changed:
            self._now = replace(self._now, **parts)
            self._changed.notify_all()

    def doubt(self) -> None:
        """Have the follower read the marks of stored slots again, and count everything."""
        self._doubted = True
        self.asked.set()

    def take_doubt(self) -> bool:
        """Whether `doubt` was called since the last time."""
        doubted, self._doubted = self._doubted, False
        return doubted

    def wait_for(self, devices: Sequence[str], days: Stretch, limit_seconds: float) -> Standing:
        """The standing once nothing is lacking for these devices and days, or at the limit."""
        if not self._now.lacks(devices, days):
            return self._now
        self.asked.set()
        until = time.monotonic() + limit_seconds
        with self._changed:
            while self._now.down is None and self._now.lacks(devices, days):
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return self._now
