"""How many calls of the account's day are spent and left: counted here, or read from a header.

Calls are reserved on disk in blocks before they are sent: after `kill -9` the count is at most a
block too high, never too low. Other programs that share the account are not seen.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, NonNegativeInt, TypeAdapter, ValidationError

from exporter_kit.statefile import (
    DamagedError,
    Document,
    load_document,
    save_document,
    set_aside,
)

LOG = logging.getLogger(__name__)
VERSION = 1
BLOCK_CALLS = 16
# A header might mean a shorter window than the day: its value is soon read again.
HEADER_AGE_LIMIT_SECONDS = 1800.0
MAX_HEADER_DIGITS = 9
# A clock that is further ahead than a person sets it was never right.
MAX_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ResetTime:
    """When a new day's quota begins. Undocumented; the vendor's own tool assumes local midnight."""

    zone: ZoneInfo
    hour: int = 0

    def day_start(self, now: datetime) -> datetime:
        """Return the last reset at or before `now`, in UTC."""
        return self._at(now, days=0) if self._at(now, days=0) <= now else self._at(now, days=-1)

    def next(self, now: datetime) -> datetime:
        """Return the first reset after `now`, in UTC."""
        return self._at(now, days=1) if self._at(now, days=0) <= now else self._at(now, days=0)

    def until_next_ms(self, now: datetime) -> int:
        """Return the milliseconds to the next reset, at least 1."""
        return (self.next(now) - now) // timedelta(milliseconds=1) + 1

    def _at(self, now: datetime, days: int) -> datetime:
        day = now.astimezone(self.zone).date() + timedelta(days=days)
        local = datetime(day.year, day.month, day.day, self.hour, tzinfo=self.zone)
        return local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class CallCount:
    """Calls spent in the day that began at `day_start` (UTC)."""

    day_start: AwareDatetime
    calls: NonNegativeInt


CALL_COUNT = TypeAdapter(CallCount)


def quota_document(state_dir: Path) -> Document:
    """Return the document that keeps the count."""
    return Document(state_dir / "switchbot.quota.json", VERSION)


@dataclass(slots=True)
class Quota:
    """The calls of the day, counted durably.

    Attributes:
        document: File that keeps the count.
        daily_limit: Calls a day of the whole account.
        reset: When a day begins.
        now: The present instant (aware).
    """

    document: Document
    daily_limit: int
    reset: ResetTime
    now: Callable[[], datetime]
    _reserved: CallCount = field(init=False)
    _unused_calls: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Load the count of the last process."""
        self.document.path.parent.mkdir(parents=True, exist_ok=True)
        self._reserved = self._load()

    def count(self) -> None:
        """Count one call, durably, before it is sent.

        Raises:
            OSError: The count could not be written; the call must not be made.
        """
        self._start_new_day()
        if self._unused_calls == 0:
            self._reserve(BLOCK_CALLS)
        self._unused_calls -= 1

    def remaining_calls(self) -> int:
        """Return the calls left until the assumed reset."""
        self._start_new_day()
        return max(self.daily_limit - self._reserved.calls + self._unused_calls, 0)

    def until_reset_ms(self) -> int:
        """Return the milliseconds to the assumed reset."""
        return self.reset.until_next_ms(self.now())

    def close(self) -> None:
        """Release the unused part of the block."""
        self._start_new_day()
        if self._unused_calls:
            self._reserve(-self._unused_calls)

    def _reserve(self, calls: int) -> None:
        # From the file, not from memory: `--once` may have counted in another process.
        before = self._load()
        reserved = CallCount(before.day_start, max(before.calls + calls, 0))
        _save_count(self.document, reserved)
        self._reserved = reserved
        self._unused_calls += calls

    def _start_new_day(self) -> None:
        now = self.now()
        if self._reserved.day_start < self.reset.day_start(now):
            self._reserved, self._unused_calls = self._load(), 0
        elif self._reserved.day_start > now + MAX_AHEAD:
            self._reserved = self._load()

    def _load(self) -> CallCount:
        """Return the count of today. A clock that was set back does not give calls back.

        The calls of a clock that was years ahead are today's, or they would stay spent until then.
        """
        now = self.now()
        saved, day_start = _load_count(self.document, now), self.reset.day_start(now)
        if saved is None or saved.day_start < day_start:
            return CallCount(day_start, 0)
        if saved.day_start > now + MAX_AHEAD:
            saved = replace(saved, day_start=day_start)
            with suppress(OSError):  # it is found to be ahead again
                _save_count(self.document, saved)
        return saved


def _load_count(document: Document, now: datetime) -> CallCount | None:
    """Return the saved count; None if there is none, or it had to be set aside.

    Raises:
        OSError: The file cannot be read.
    """
    try:
        body = load_document(document)
        return None if body is None else CALL_COUNT.validate_python(body)
    except (DamagedError, ValidationError) as error:
        kept = set_aside(document.path, now)
        reason = type(error).__name__
        LOG.warning("%s was not used (%s). It is kept as %s.", document.path, reason, kept.name)
        return None


def _save_count(document: Document, count: CallCount) -> None:
    save_document(document, asdict(count) | {"day_start": count.day_start.isoformat()})


@dataclass(slots=True)
class RemainingCalls:
    """Calls left of the day, by the best source there is.

    No header of the cloud is known that gives them (SwitchBotAPI #442); its quota error does.

    Attributes:
        quota: The count kept here.
        header: Name of the response header that would give them.
        monotonic: Seconds of a clock that never goes back.
        exhausted: The last answer of the cloud was that the day's quota is spent.
    """

    quota: Quota
    header: str
    monotonic: Callable[[], float]
    exhausted: bool = False
    _header_calls: int = field(default=0, init=False)
    _header_at: float = field(default=float("-inf"), init=False)

    def update_from_headers(self, headers: Mapping[str, str]) -> None:
        """Keep the value of the header, if the answer has it; nonsense counts as absent."""
        text = headers.get(self.header, "")
        if text.isdecimal() and len(text) <= MAX_HEADER_DIGITS:
            self._header_calls, self._header_at = int(text), self.monotonic()

    def header_calls(self) -> int | None:
        """Return the header's value, unless it is too old."""
        return self._header_calls if self.header_valid_seconds() else None

    def header_valid_seconds(self) -> float:
        """Return how long the header's value is still valid; 0 when there is none."""
        return max(self._header_at + HEADER_AGE_LIMIT_SECONDS - self.monotonic(), 0.0)

    def shown_calls(self) -> int:
        """Return the calls left: the cloud's own value before the count kept here."""
        if self.exhausted:
            return 0
        given = self.header_calls()
        return self.quota.remaining_calls() if given is None else given

    def plannable_calls(self) -> int:
        """Return the calls that planning may count on.

        After a quota error this is not 0: others may have spent the day's calls, and only a
        careful call finds out when they come back.
        """
        counted, given = self.quota.remaining_calls(), self.header_calls()
        return counted if given is None else min(counted, given)

    def source(self) -> str:
        """Return where `shown_calls` comes from, for the metric's HELP."""
        if self.exhausted:
            return "the cloud's quota error"
        if self.header_calls() is not None:
            return f"the answer header {self.header}"
        return f"a local count against the daily limit of {self.quota.daily_limit}"
