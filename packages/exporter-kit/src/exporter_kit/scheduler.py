"""Make requests: every source, or group of sources, in its own task and at its own time."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporter_kit.attempts import (
    Failure,
    Outcome,
    backoff_seconds,
    outcome_of,
    run_inspect,
    run_with_timeout,
)
from exporter_kit.exporter import EffectiveTimes, FixedInterval, Key, Poll, PollGroup, Target
from exporter_kit.latest import Context, Entry

# A schedule may change while a target waits.
RECHECK_SECONDS = 5.0
# First requests for many targets, and so all later ones, do not coincide.
SPREAD_SECONDS = 0.25
AGE_INTERVALS = 2.0
GAP_INTERVALS = 2.5


@dataclass(frozen=True, slots=True)
class _Group:
    """Targets that one request reads, and the task that makes it."""

    members: tuple[tuple[Key, Any], ...]
    task: asyncio.Task[None]


class Polling:
    """One running `Poll` or `PollGroup`."""

    def __init__(self, reader: Poll[Any] | PollGroup[Any], context: Context) -> None:
        self.reader = reader
        self._context = context
        self._schedule = reader.schedule or FixedInterval(context.interval_seconds)
        self._deadline_seconds = reader.deadline_seconds or context.deadline_seconds
        self._groups = dict[Hashable, _Group]()
        self._keys = tuple[Key, ...]()

    def times(self) -> EffectiveTimes:
        """Return the schedule's interval and what follows from it."""
        interval_seconds = self._interval_seconds()
        return EffectiveTimes(
            interval_seconds=interval_seconds,
            age_limit_seconds=AGE_INTERVALS * interval_seconds + self._deadline_seconds,
            gap_seconds=GAP_INTERVALS * interval_seconds + self._deadline_seconds,
        )

    def is_ready(self) -> bool:
        """Return whether every target had its first attempt."""
        return all(self._context.recorder.latest.was_attempted(key) for key in self._keys)

    def apply(self, targets: Sequence[Target[Any]]) -> None:
        """Poll these targets: leave alone what stays, stop what went, start what is new."""
        for target in targets:
            self._context.recorder.latest.add(target, self.times)
        self._keys = tuple(target.key for target in targets)
        wanted = group_targets(self.reader, targets)
        for group, running in list(self._groups.items()):
            if running.members != _members(wanted.get(group, ())):
                running.task.cancel()
                del self._groups[group]
        new = [group for group in wanted if group not in self._groups]
        for position, group in enumerate(new):
            keys = tuple(target.key for target in wanted[group])
            task = self._context.spawn(self._poll(keys, position))
            self._groups[group] = _Group(_members(wanted[group]), task)
        self._context.spawn(run_inspect(self.reader.inspect, _sources(targets)))

    def stop(self) -> None:
        """End every task."""
        for running in self._groups.values():
            running.task.cancel()

    def _interval_seconds(self) -> float:
        return self._schedule.interval_seconds(max(1, len(self._groups)))

    async def _poll(self, keys: tuple[Key, ...], position: int) -> None:
        clock, latest = self._context.clock, self._context.recorder.latest
        spread_seconds = min(SPREAD_SECONDS, self._interval_seconds() / len(self._groups))
        begin = clock.monotonic() + position * spread_seconds
        await self._wait_until(lambda: begin)
        while True:
            targets = [latest.target(key) for key in keys]
            started = clock.monotonic()
            outcomes = await request(self.reader, targets, self._deadline_seconds)
            self._context.observe_seconds(keys[0][1], clock.monotonic() - started)
            skip_seconds = self._record(targets, outcomes)
            await self._wait_until(
                lambda: started + max(self._interval_seconds(), skip_seconds)  # noqa: B023
            )

    def _record(self, targets: Sequence[Target[Any]], outcomes: Sequence[Outcome]) -> float:
        """Record outcomes; return the shortest time from the request to the next one."""
        recorder, times = self._context.recorder, self.times()
        pairs = zip(targets, outcomes, strict=True)
        entries = [recorder.record(target, outcome, times) for target, outcome in pairs]
        return min(self._backoff_seconds(entry) for entry in entries)

    def _backoff_seconds(self, entry: Entry) -> float:
        if not isinstance(entry.outcome, Failure):
            return 0.0
        return backoff_seconds(entry.outcome, entry.failures, self._interval_seconds())

    async def _wait_until(self, due: Callable[[], float]) -> None:
        """Wait for an instant that may move, and for the end of a pause."""
        clock = self._context.clock
        while (wait := max(due() - clock.monotonic(), self._schedule.pause_seconds())) > 0:
            await clock.sleep(min(wait, RECHECK_SECONDS))


async def request(
    reader: Poll[Any] | PollGroup[Any], targets: Sequence[Target[Any]], deadline_seconds: float
) -> list[Outcome]:
    """Make one request; return the outcome of each target. Raises only if cancelled."""
    sources = _sources(targets)
    results = await run_with_timeout(_results(reader, sources), deadline_seconds)
    if isinstance(results, Failure):
        return [results for _ in sources]
    return [outcome_of(results.get(source)) for source in sources]


async def _results(
    reader: Poll[Any] | PollGroup[Any], sources: tuple[Any, ...]
) -> Mapping[Any, Any]:
    if isinstance(reader, PollGroup):
        return dict(await reader.read(sources))
    return {source: await reader.read(source) for source in sources}


def group_targets(
    reader: Poll[Any] | PollGroup[Any], targets: Sequence[Target[Any]]
) -> dict[Hashable, list[Target[Any]]]:
    """Return the targets by the request that reads them, in configuration order."""
    groups = dict[Hashable, list[Target[Any]]]()
    for target in targets:
        group = reader.group(target.source) if isinstance(reader, PollGroup) else target.key
        groups.setdefault(group, []).append(target)
    return groups


def _members(targets: Sequence[Target[Any]]) -> tuple[tuple[Key, Any], ...]:
    """Return what must not change while a task polls: a device may get another name."""
    return tuple((target.key, target.source) for target in targets)


def _sources(targets: Sequence[Target[Any]]) -> tuple[Any, ...]:
    return tuple(target.source for target in targets)
