"""One ledger: its parts, and its status, which the worker's thread and requests share."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from sqlalchemy import Engine

from bff.db.engine import BoundedCache, VersionedCache, read_session
from bff.ledger.fetch import SampleSource
from bff.ledger.given import select_given
from bff.ledger.partial_slots import SplitCache
from bff.ledger.slots import DeviceRules, OpenSlots, rules_of
from bff.time_grid import DAY_MS, SLOTS_PER_DAY, Interval, Now, day_start, unix_milliseconds
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.counters import energy_series
from bff.victoriametrics.patience import BACKGROUND, Patience
from home_model.config import Home

type Rules = Mapping[str, DeviceRules]


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """The progress of rebuilding stale days.

    Attributes:
        since_s: When it began, by the monotonic clock.
        done_samples: Samples read since then.
        left_samples: Samples still to be read.
    """

    since_s: float
    done_samples: int = 0
    left_samples: int = 0

    def after(self, samples: int) -> Self:
        """Return the progress after reading so many more samples."""
        left_samples = max(0, self.left_samples - samples)
        return replace(self, done_samples=self.done_samples + samples, left_samples=left_samples)

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        both = self.done_samples + self.left_samples
        return self.done_samples / both if both else 1.0

    def eta_seconds(self) -> float | None:
        """Return how long it will still take at the present speed; None while that is unknown."""
        if not self.left_samples:
            return 0.0
        if not self.done_samples:
            return None
        return (time.monotonic() - self.since_s) * self.left_samples / self.done_samples


class LedgerStaleError(Exception):
    """The slots of the requested range are still being rebuilt: nothing is shown as zero."""

    def __init__(self, rebuild: RebuildProgress | None) -> None:
        super().__init__("the slots of this range are being rebuilt")
        self.rebuild = rebuild

    @property
    def retry_after_seconds(self) -> int:
        """When to try again."""
        eta_seconds = None if self.rebuild is None else self.rebuild.eta_seconds()
        return max(1, min(60, round(eta_seconds or 2)))


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """One status; replaced as a whole.

    Attributes:
        watermark_ms: The end of the closed, stored slots; None before the first build.
        open_slots: Everything after it; None before the first refresh.
        counted_from_ms: Earlier days are not compared with VictoriaMetrics yet.
        stale: Days whose stored slots do not match their samples, by device.
        victoriametrics_error: Why the last query of VictoriaMetrics failed; None when it worked.
        rebuild: The progress of rebuilding the days of `stale`.
        open_events: The events that no one has answered, as of the last refresh: device, kind,
            how many, and the micro-watt-hours at stake in them.
        rated_mw: The rated powers that people wrote, milliwatts, by device.
        is_damaged: Something stored was found damaged and is not rebuilt yet.
        rules: The rules by which the stored slots that are not stale were built.
    """

    watermark_ms: int | None = None
    open_slots: OpenSlots | None = None
    counted_from_ms: int | None = None
    stale: Mapping[str, frozenset[int]] = field(default_factory=dict)
    victoriametrics_error: str | None = None
    rebuild: RebuildProgress | None = None
    open_events: Sequence[tuple[str, str, int, int]] = ()
    rated_mw: Mapping[str, int] = field(default_factory=dict)
    is_damaged: bool = False
    rules: Mapping[str, DeviceRules] = field(default_factory=dict)

    @property
    def dirty_slots(self) -> int:
        """How many closed slots are to be rebuilt."""
        return SLOTS_PER_DAY * sum(len(days) for days in self.stale.values())

    def lag_seconds(self, now_ms: int) -> float | None:
        """Return the time since the last refresh; None before the first."""
        return None if self.open_slots is None else (now_ms - self.open_slots.end_ms) / 1000

    def lacks(self, devices: Sequence[str], days: Interval) -> bool:
        """Return whether anything is missing for these devices and days."""
        if self.open_slots is None or any(
            device not in self.open_slots.recent for device in devices
        ):
            return True
        if self.counted_from_ms is None or days.start_ms < self.counted_from_ms:
            return True
        return self.is_stale(devices, days)

    def is_stale(self, devices: Sequence[str], days: Interval) -> bool:
        """Return whether stored slots of these devices and days are outdated."""
        return any(
            days.start_ms <= day < days.end_ms
            for device in devices
            for day in self.stale.get(device, ())
        )


# So long after a request open slots are judged before the next one.
ASKED_SECONDS = 900.0


class SharedStatus:
    """Holds the current status. One thread writes, many read and may wait."""

    def __init__(self) -> None:
        self._asked_at_s = float("-inf")
        self._changed = threading.Condition()
        self._current = LedgerStatus()
        self._invalidated = False
        self._invalid_days: dict[str, frozenset[int]] = {}
        self.wake = threading.Event()

    @property
    def current(self) -> LedgerStatus:
        """The current status."""
        return self._current

    def note_asked(self) -> None:
        """Note that a request needs open slots."""
        self._asked_at_s = time.monotonic()

    @property
    def is_asked(self) -> bool:
        """Whether requests needed open slots a while ago."""
        return time.monotonic() < self._asked_at_s + ASKED_SECONDS

    def update(self, **changes: object) -> None:
        """Replace some attributes and wake the waiting threads."""
        with self._changed:
            self._current = replace(self._current, **changes)
            if self._invalidated:
                self._current = replace(self._current, counted_from_ms=None)
            if self._invalid_days:
                self._current = replace(
                    self._current, stale=_both(self._current.stale, self._invalid_days)
                )
            self._changed.notify_all()

    def invalidate(self) -> None:
        """Have the worker load what is stored again, and count all samples; requests wait."""
        self._invalidated = True
        self.update()
        self.wake.set()

    def report_damage(self) -> None:
        """Have the worker rebuild what is damaged; requests wait."""
        self.update(is_damaged=True)
        self.invalidate()

    def invalidate_days(self, device: str, days: Interval) -> None:
        """Have the worker rebuild these days; requests for them wait from now on."""
        marked = {device: frozenset(range(day_start(days.start_ms), days.end_ms, DAY_MS))}
        with self._changed:
            self._invalid_days = _both(self._invalid_days, marked)
        self.update()
        self.wake.set()

    def take_invalid_days(self) -> Mapping[str, frozenset[int]]:
        """Return the days that were invalidated since the last time."""
        with self._changed:
            taken, self._invalid_days = self._invalid_days, {}
        return taken

    def take_invalidation(self) -> bool:
        """Return whether `invalidate` was called since the last time."""
        invalidated, self._invalidated = self._invalidated, False
        return invalidated

    def wait_for(
        self, devices: Sequence[str], days: Interval, limit_seconds: float
    ) -> LedgerStatus:
        """Return the status once nothing is lacking for devices and days, or at the limit."""
        if not self._current.lacks(devices, days):
            return self._current
        self.wake.set()
        until = time.monotonic() + limit_seconds
        with self._changed:
            while self._current.victoriametrics_error is None and self._current.lacks(
                devices, days
            ):
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return self._current


def _both(
    one: Mapping[str, frozenset[int]], other: Mapping[str, frozenset[int]]
) -> dict[str, frozenset[int]]:
    none: frozenset[int] = frozenset()
    return {d: one.get(d, none) | other.get(d, none) for d in one.keys() | other.keys()}


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of one ledger. `home` and `now` are called anew each time.

    Attributes:
        days: What was selected of days, by their versions: it holds beyond a commit.
        samples_kept_days: VictoriaMetrics' retention: older samples are expected to be gone.
    """

    home: Callable[[], Home]
    engine: Engine
    victoriametrics: VictoriaMetrics
    now: Now
    status: SharedStatus = field(default_factory=SharedStatus)
    splits: SplitCache = field(default_factory=SplitCache)
    cache: VersionedCache = field(default_factory=VersionedCache)
    days: BoundedCache = field(default_factory=BoundedCache)
    samples_kept_days: int = 730

    def now_ms(self) -> int:
        """Return the present instant in Unix milliseconds."""
        return unix_milliseconds(self.now())

    def samples_kept_from_ms(self) -> int:
        """Return the first day that VictoriaMetrics should still have all samples of."""
        return day_start(self.now_ms() - self.samples_kept_days * DAY_MS) + DAY_MS

    def sample_source(self, now_ms: int, patience: Patience = BACKGROUND) -> SampleSource:
        """Return where the samples of energy are fetched from, up to an instant."""
        return SampleSource(self.victoriametrics, energy_series(self.home()), now_ms, patience)

    def rules(self) -> Rules:
        """Return the rules of every device."""
        home = self.home()  # first: it saves what changed in the configuration
        with read_session(self.engine) as session:
            given = select_given(session)
        return rules_of(home, given)
