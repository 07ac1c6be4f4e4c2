"""One turn of one target: read it within the deadline, whatever the reader does."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from exporter_kit.clock import Clock
from exporter_kit.feeds import Read
from exporter_kit.outcomes import Failure, Outcome, check_reading, failure_of
from exporter_kit.targets import Target
from home_model.readings import Reading


async def read_target(
    read: Read[Any], target: Target[Any], deadline_seconds: float, clock: Clock
) -> Outcome:
    """Read once. Never raises but for the cancellation of the task itself."""
    started = clock.monotonic()
    result = await in_time(_checked(read, target.source), deadline_seconds)
    return Outcome(target, started, clock.monotonic(), result)


async def in_time[T](work: Awaitable[T], deadline_seconds: float | None) -> T | Failure:
    """The result of foreign code, or how it failed: this is the wall that faults do not pass."""
    deadline = asyncio.timeout(deadline_seconds)
    try:
        async with deadline:
            result: T | Failure = await work
    except Exception as error:  # noqa: BLE001 - the one place: no reader may end the loop
        result = failure_of(error)
    except asyncio.CancelledError as error:
        # Something inside the reader was cancelled; whether this task was, is asked below.
        result = Failure("unexpected", f"CancelledError {error}".strip())
    if (task := asyncio.current_task()) and task.cancelling():
        raise asyncio.CancelledError  # even if the reader swallowed it
    if deadline.expired():
        return Failure("deadline", f"no answer within {deadline_seconds:g} s")
    return result


async def _checked(read: Read[Any], source: Any) -> Reading:  # noqa: ANN401 - the reader's own kind
    reading = await read(source)
    check_reading(reading)
    return reading
