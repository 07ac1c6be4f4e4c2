"""The latest outcome of every target, and what recording one entails."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from exporter_kit.attempts import NEVER_READ, Failure, FailureType, Outcome
from exporter_kit.energy.counter import Limits, unix_us
from exporter_kit.energy.store import EnergyStore
from exporter_kit.exporter import EffectiveTimes, Key, Target
from home_model.readings import Reading
from home_model.sources import CIRCUIT_MAX_POWER_WATTS, SOURCE_OF_TYPE
from service_kit.clock import Clock

type Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]

LOG = logging.getLogger(__name__)
# A clock is slewed by less between two readings; a step beyond this was made by a program.
CLOCK_STEP_US = 1_000_000
US_PER_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """The latest outcome of a target.

    Attributes:
        target: As configured now.
        times: Returns the times in effect now.
        outcome: Of the last attempt.
        taken: The reading's instant in monotonic seconds (a clock that jumps changes no age);
            before the first attempt, when the target was configured.
        limit_then_seconds: The age limit when it was taken.
        failures: Failures in a row.
    """

    target: Target[Any]
    times: Callable[[], EffectiveTimes]
    outcome: Outcome = NEVER_READ
    taken: float = 0.0
    limit_then_seconds: float = 0.0
    failures: int = 0

    def current(self, monotonic: float) -> Outcome:
        """Return the reading while it counts, else why there is none."""
        if isinstance(self.outcome, Failure) and self.outcome is not NEVER_READ:
            return self.outcome
        # An interval that has just become shorter must not condemn what came by the longer one.
        limit_seconds = max(self.limit_then_seconds, self.times().age_limit_seconds)
        if monotonic - self.taken <= limit_seconds:
            return self.outcome
        return Failure("over_age", f"nothing new for more than {limit_seconds:.0f} s")


class LatestReadings:
    """What `/metrics` shows of the devices. All of it comes from memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries = dict[Key, Entry]()
        self._logged = dict[Key, str]()

    def add(self, target: Target[Any], times: Callable[[], EffectiveTimes]) -> None:
        """Show a target; one that is read from the same source as before keeps its reading."""
        old = self._entries.get(target.key)
        if old and old.target.source == target.source:
            self._entries[target.key] = replace(old, target=target)
        else:
            added = self._clock.monotonic()
            self._entries[target.key] = Entry(target, times, taken=added)

    def keep_only(self, keys: Iterable[Key]) -> None:
        """Remove every target that is no longer configured."""
        kept = set(keys)
        self._entries = {key: entry for key, entry in self._entries.items() if key in kept}
        self._logged = {key: state for key, state in self._logged.items() if key in kept}

    def set(self, key: Key, outcome: Outcome) -> Entry:
        """Replace the outcome of a target."""
        old = self._entries[key]
        failed = isinstance(outcome, Failure)
        self._entries[key] = entry = replace(
            old,
            outcome=outcome,
            taken=self._clock.monotonic() - (0.0 if failed else self.age_seconds(outcome)),
            limit_then_seconds=old.times().age_limit_seconds,
            failures=old.failures + 1 if failed else 0,
        )
        self._log_change(entry)
        return entry

    def age_seconds(self, reading: Reading) -> float:
        """Return how long ago a reading that has just come was taken, by the wall clock."""
        return max(0.0, (self._clock.now() - reading.at).total_seconds())

    def clock_offset_us(self) -> int:
        """Return the wall clock less the monotonic one; it changes when the wall clock is set."""
        return unix_us(self._clock.now()) - round(self._clock.monotonic() * US_PER_SECOND)

    def target(self, key: Key) -> Target[Any]:
        """Return the target as configured now."""
        return self._entries[key].target

    def was_attempted(self, key: Key) -> bool:
        """Return whether a target had its first attempt, or should have had it long ago."""
        return self._entries[key].current(self._clock.monotonic()) is not NEVER_READ

    def current(self) -> Iterator[tuple[Target[Any], Outcome]]:
        """Yield every target with its reading, or with the reason why it has none."""
        monotonic = self._clock.monotonic()
        for entry in self._entries.values():
            yield entry.target, entry.current(monotonic)

    def log_aged(self) -> None:
        """Log whose reading grew too old since the last time."""
        for entry in self._entries.values():
            self._log_change(entry)

    def _log_change(self, entry: Entry) -> None:
        """Log a change: once each way; a fault of the reader whenever it is a new one."""
        key = entry.target.key
        outcome, logged = entry.current(self._clock.monotonic()), self._logged.get(key)
        state = _state(outcome)
        if outcome is NEVER_READ or state == logged:
            return
        if state == "down" and logged not in {None, "up"}:
            return
        self._logged[key] = state
        if isinstance(outcome, Failure):
            LOG.warning("%s is down: %s", entry.target, outcome, exc_info=outcome.error)
        else:
            LOG.info("%s is up", entry.target)


class Recorder:
    """Where all outcomes go: the latest readings, the energy counters, the count of failures."""

    def __init__(
        self,
        latest: LatestReadings,
        energy: EnergyStore,
        count_failure: Callable[[Key, FailureType], None],
    ) -> None:
        self.latest = latest
        self._energy = energy
        self._count_failure = count_failure
        self._gap_then_seconds = dict[Key, float]()
        self._clock_offset_us = dict[Key, int]()

    def record(self, target: Target[Any], outcome: Outcome, times: EffectiveTimes) -> Entry:
        """Show an outcome and count its energy."""
        outcome = self._in_age(outcome, times)
        if isinstance(outcome, Failure):
            self._count_failure(target.key, outcome.failure_type)
        else:
            self._follow_clock(target.key)
            limits = self._limits(target, times)
            self._energy.advance(target.key, target.meter, outcome, limits)
        return self.latest.set(target.key, outcome)

    def _follow_clock(self, key: Key) -> None:
        """No energy is counted for time that only the wall clock shows."""
        offset_us = self.latest.clock_offset_us()
        step_us = offset_us - self._clock_offset_us.get(key, offset_us)
        self._clock_offset_us[key] = offset_us
        if abs(step_us) > CLOCK_STEP_US:
            self._energy.set_clock(key, step_us)

    def _in_age(self, outcome: Outcome, times: EffectiveTimes) -> Outcome:
        if isinstance(outcome, Failure):
            return outcome
        age_seconds = self.latest.age_seconds(outcome)
        if age_seconds <= times.age_limit_seconds:
            return outcome
        return Failure("over_age", f"the reading was taken {age_seconds:.0f} s ago")

    def _limits(self, target: Target[Any], times: EffectiveTimes) -> Limits:
        # The silence before this reading was governed by the interval in effect when it began.
        then_seconds = self._gap_then_seconds.get(target.key, 0.0)
        self._gap_then_seconds[target.key] = times.gap_seconds
        return Limits(
            _max_power_watts(target),
            max(target.source.gap_limit_seconds, times.gap_seconds, then_seconds),
            target.device.max_power_watts or CIRCUIT_MAX_POWER_WATTS,
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What running readers need; each part is replaced in tests.

    Attributes:
        recorder: Where outcomes go.
        clock: All waiting and all ages are by it.
        interval_seconds: Of readers without a schedule of their own.
        deadline_seconds: Of readers without one of their own.
        spawn: Starts a task that ends with the process.
        observe_seconds: Takes the source and the duration of each request.
    """

    recorder: Recorder
    clock: Clock
    interval_seconds: float
    deadline_seconds: float
    spawn: Spawn
    observe_seconds: Callable[[str, float], None]


def _max_power_watts(target: Target[Any]) -> float:
    """What the configuration allows, or what a meter of this source can carry."""
    of_source = SOURCE_OF_TYPE[type(target.source)].max_power_watts
    return target.device.max_power_watts or of_source


def _state(outcome: Outcome) -> str:
    if isinstance(outcome, Reading):
        return "up"
    return outcome.reason if outcome.failure_type == "unexpected" else "down"
