"""Hear sources that speak by themselves, and begin again when they fall silent as a whole."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from exporter_kit.about import say_about
from exporter_kit.backoff import backoff_seconds
from exporter_kit.feeds import Listen
from exporter_kit.outcomes import Failure, Outcome, check_reading, failure_of
from exporter_kit.recording import InForce
from exporter_kit.surroundings import Surroundings
from exporter_kit.targets import Target
from exporter_kit.turn import in_time
from home_model.errors import SourceError
from home_model.readings import Reading

RESTART_SECONDS = 1.0
ENDED = Failure("unreachable", "the source stopped speaking")


class Listening:
    """One `Listen` feed at work."""

    _task: asyncio.Task[None] | None = None

    def __init__(self, feed: Listen[Any], around: Surroundings) -> None:
        self.feed = feed
        self._around = around
        self._targets: dict[Any, Target[Any]] = {}
        self._heard = False

    def in_force(self) -> InForce:
        """What the exporter set for the feed."""
        return InForce(None, self.feed.age_limit_seconds, self.feed.age_limit_seconds)

    def tried(self) -> bool:
        """Always: nobody can say when a source speaks first."""
        return True

    def apply(self, targets: Sequence[Target[Any]]) -> None:
        """Listen to these targets; begins anew only if there are other sources than before."""
        before, self._targets = self._targets, {target.source: target for target in targets}
        self._around.spawn(say_about(self.feed, list(self._targets)))
        if before.keys() == self._targets.keys():
            return
        self.stop()
        if targets:
            self._task = self._around.spawn(self._listen(tuple(self._targets)))

    def stop(self) -> None:
        """End the task."""
        if self._task:
            self._task.cancel()

    async def _listen(self, sources: tuple[Any, ...]) -> None:
        failures = 0
        while True:
            self._heard = False
            failure = await in_time(self._hear_all(sources), None)
            failures = 1 if self._heard else failures + 1
            for target in self._targets.values():
                self._record(target, failure)
            await self._around.clock.sleep(backoff_seconds(failure, failures, RESTART_SECONDS))

    async def _hear_all(self, sources: tuple[Any, ...]) -> Failure:
        stream = self.feed.listen(sources)
        try:
            async for source, said in stream:
                self._heard = True
                self._hear(source, said)
        finally:
            await close_stream(stream)
        return ENDED

    def _hear(self, source: Any, said: Reading | SourceError) -> None:  # noqa: ANN401 - its own kind
        # A source that was just taken out of the configuration may have a last word on the way.
        if (target := self._targets.get(source)) is not None:
            self._record(target, checked(said))

    def _record(self, target: Target[Any], result: Reading | Failure) -> None:
        now = self._around.clock.monotonic()
        self._around.recorder.record(Outcome(target, now, now, result), self.in_force())


def checked(said: Reading | SourceError) -> Reading | Failure:
    """What a source said, or why it cannot be used."""
    if isinstance(said, SourceError):
        return failure_of(said)
    try:
        check_reading(said)
    except (SourceError, ValueError) as error:
        return failure_of(error)
    return said


async def close_stream(stream: AsyncIterator[Any]) -> None:
    """Let a listener that is asked no more clean up now, not when it is collected."""
    if close := getattr(stream, "aclose", None):
        await close()
