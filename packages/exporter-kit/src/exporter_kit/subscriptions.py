"""Receive readings from sources that send them, and subscribe again when they end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from exporter_kit.attempts import (
    Failure,
    Outcome,
    backoff_seconds,
    outcome_of,
    run_inspect,
    run_with_timeout,
)
from exporter_kit.exporter import EffectiveTimes, Subscribe, Target
from exporter_kit.latest import Context

RESTART_SECONDS = 1.0
ENDED = Failure("unreachable", "the subscription ended")


class Subscription:
    """One running `Subscribe`."""

    _task: asyncio.Task[None] | None = None

    def __init__(self, reader: Subscribe[Any], context: Context) -> None:
        self.reader = reader
        self._context = context
        self._targets: dict[Any, Target[Any]] = {}
        self._received = False

    def times(self) -> EffectiveTimes:
        """Return the limits that the exporter set."""
        return self.reader.times()

    def is_ready(self) -> bool:
        """Return True: when a source first sends is not known, so nothing waits for it."""
        return True

    def apply(self, targets: Sequence[Target[Any]]) -> None:
        """Subscribe to these targets; begins anew only if there are other sources than before."""
        for target in targets:
            times = partial(self.reader.times, target.source)
            self._context.recorder.latest.add(target, times)
        before, self._targets = self._targets, {target.source: target for target in targets}
        self._context.spawn(run_inspect(self.reader.inspect, list(self._targets)))
        if before.keys() == self._targets.keys():
            return
        self.stop()
        if targets:
            self._task = self._context.spawn(self._run(tuple(self._targets)))

    def stop(self) -> None:
        """End the task."""
        if self._task:
            self._task.cancel()

    async def _run(self, sources: tuple[Any, ...]) -> None:
        failures = 0
        while True:
            self._received = False
            failure = await run_with_timeout(self._receive_all(sources), None)
            failures = 1 if self._received else failures + 1
            for target in self._targets.values():
                self._record(target, failure)
            await self._context.clock.sleep(backoff_seconds(failure, failures, RESTART_SECONDS))

    async def _receive_all(self, sources: tuple[Any, ...]) -> Failure:
        stream = self.reader.stream(sources)
        try:
            async for source, result in stream:
                self._received = True
                # A source that was just removed from the configuration may still send once.
                if (target := self._targets.get(source)) is not None:
                    self._record(target, outcome_of(result))
        finally:
            await close_stream(stream)
        return ENDED

    def _record(self, target: Target[Any], outcome: Outcome) -> None:
        self._context.recorder.record(target, outcome, self.reader.times(target.source))


async def receive_once(reader: Subscribe[Any], targets: Sequence[Target[Any]]) -> list[Outcome]:
    """Return the first outcome of each target, within the age limit."""
    outcomes: dict[Any, Outcome] = {}
    stream = reader.stream([target.source for target in targets])
    ended = await run_with_timeout(
        _receive_each(stream, len(targets), outcomes), reader.age_limit_seconds
    )
    return [outcomes.get(target.source, ended or ENDED) for target in targets]


async def _receive_each(
    stream: AsyncIterator[tuple[Any, Any]], count: int, outcomes: dict[Any, Outcome]
) -> None:
    try:
        async for source, result in stream:
            outcomes[source] = outcome_of(result)
            if len(outcomes) == count:
                return
    finally:
        await close_stream(stream)


async def close_stream(stream: AsyncIterator[Any]) -> None:
    """Let an iterator that is no longer used clean up now, not when it is collected."""
    if close := getattr(stream, "aclose", None):
        await close()
