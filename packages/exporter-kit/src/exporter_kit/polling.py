"""Ask every target in its own task, each at its own time."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from exporter_kit.about import say_about
from exporter_kit.backoff import backoff_seconds
from exporter_kit.feeds import Pace, Poll
from exporter_kit.outcomes import Failure, Outcome
from exporter_kit.recording import InForce
from exporter_kit.surroundings import Surroundings
from exporter_kit.targets import Key, Target
from exporter_kit.turn import read_target

# A pace may change its mind while a target waits.
RECHECK_SECONDS = 5.0
# First polls of many targets, and so all later ones, do not fall on one instant.
SPREAD_SECONDS = 0.25
AGE_INTERVALS = 2.0
GAP_INTERVALS = 2.5


class Polling:
    """One `Poll` feed at work."""

    def __init__(self, feed: Poll[Any], pace: Pace, around: Surroundings) -> None:
        self.feed = feed
        self._pace = pace
        self._around = around
        self._tasks = dict[Key, tuple[Any, asyncio.Task[None]]]()

    def in_force(self) -> InForce:
        """The pace's interval and what follows from it."""
        interval_seconds = self._interval_seconds()
        deadline_seconds = self._around.deadline_seconds
        return InForce(
            interval_seconds=interval_seconds,
            age_limit_seconds=AGE_INTERVALS * interval_seconds + deadline_seconds,
            gap_seconds=GAP_INTERVALS * interval_seconds + deadline_seconds,
        )

    def tried(self) -> bool:
        """Whether every target had its first turn."""
        return all(self._around.recorder.board.tried(key) for key in self._tasks)

    def apply(self, targets: Sequence[Target[Any]]) -> None:
        """Poll these targets: leave alone what stays, stop what went, start what is new."""
        wanted = {target.key: target.source for target in targets}
        for key, (source, task) in list(self._tasks.items()):
            if wanted.get(key) != source:
                task.cancel()
                del self._tasks[key]
        new = [key for key in wanted if key not in self._tasks]
        for position, key in enumerate(new):
            self._tasks[key] = (wanted[key], self._around.spawn(self._poll(key, position)))
        self._around.spawn(say_about(self.feed, list(wanted.values())))

    def stop(self) -> None:
        """End every task."""
        for _, task in self._tasks.values():
            task.cancel()

    def _interval_seconds(self) -> float:
        return self._pace.interval_seconds(max(1, len(self._tasks)))

    async def _poll(self, key: Key, position: int) -> None:
        around = self._around
        spread_seconds = min(SPREAD_SECONDS, self._interval_seconds() / len(self._tasks))
        begin = around.clock.monotonic() + position * spread_seconds
        await self._wait_until(lambda: begin)
        while True:
            target = around.recorder.board.target(key)
            outcome = await read_target(
                self.feed.read, target, around.deadline_seconds, around.clock
            )
            rest_seconds = self._note(outcome)
            await self._wait_until(
                lambda: outcome.started + max(self._interval_seconds(), rest_seconds)  # noqa: B023
            )

    def _note(self, outcome: Outcome) -> float:
        """Record an outcome; gives the least time from its start to the next one."""
        self._pace.note(outcome)
        post = self._around.recorder.record_poll(outcome, self.in_force())
        if not isinstance(post.result, Failure):
            return 0.0
        return backoff_seconds(post.result, post.failures, self._interval_seconds())

    async def _wait_until(self, due: Callable[[], float]) -> None:
        """Wait for an instant that may move, and for the end of a pause."""
        clock = self._around.clock
        while (wait := max(due() - clock.monotonic(), self._pace.pause_seconds())) > 0:
            await clock.sleep(min(wait, RECHECK_SECONDS))
