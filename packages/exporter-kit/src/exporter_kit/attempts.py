"""One attempt to read: within its deadline, whatever the reader does, and when to try again.

This is the one place that catches every exception: no reader can end the process.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from random import uniform
from typing import Literal

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from home_model.metrics import EXTRA
from home_model.readings import Reading

LOG = logging.getLogger(__name__)

type FailureType = Literal[
    "unreachable", "rejected", "bad_payload", "deadline", "over_age", "unexpected"
]

FAILURE_OF_ERROR: tuple[tuple[type[SourceError], FailureType], ...] = (
    (RejectedError, "rejected"),
    (BadPayloadError, "bad_payload"),
    (UnreachableError, "unreachable"),
)
EXTRA_WORDS = frozenset(metric.word for metric in EXTRA)

UNREACHABLE_LIMIT_SECONDS = 60.0
REJECTED_FIRST_SECONDS = 60.0
REJECTED_LIMIT_SECONDS = 900.0
RETRY_AFTER_LIMIT_SECONDS = 86_400.0
MAX_DOUBLINGS = 30
JITTER = 0.2
INSPECT_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no usable reading. `reason` is for a person and holds no secret."""

    failure_type: FailureType
    reason: str
    retry_after_seconds: float | None = None
    error: Exception | None = None

    def __str__(self) -> str:
        """Return the form the log uses."""
        return f"{self.failure_type}: {self.reason}"


type Outcome = Reading | Failure

NEVER_READ = Failure("unreachable", "not read yet")
MISSING = Failure("bad_payload", "the response has no reading of this meter")


async def run_with_timeout[T](work: Awaitable[T], timeout_seconds: float | None) -> T | Failure:
    """Return the result of a reader's code, or how it failed.

    Raises:
        asyncio.CancelledError: The task itself was cancelled.
    """
    deadline = asyncio.timeout(timeout_seconds)
    try:
        async with deadline:
            result: T | Failure = await work
    except Exception as error:  # noqa: BLE001 - the one place: no reader may end the loop
        result = failure_of(error)
    except asyncio.CancelledError as error:
        # Something inside the reader was cancelled; whether this task was, is checked below.
        result = Failure("unexpected", f"CancelledError {error}".strip())
    if (task := asyncio.current_task()) and task.cancelling():
        raise asyncio.CancelledError  # even if the reader swallowed it
    if deadline.expired():
        return Failure("deadline", f"no answer within {timeout_seconds:g} s")
    return result


def outcome_of(result: Reading | SourceError | None) -> Outcome:
    """Return what a reader gave for one source, or why it cannot be used."""
    if result is None:
        return MISSING
    if isinstance(result, SourceError):
        return failure_of(result)
    try:
        check_reading(result)
    except (SourceError, ValueError, OverflowError) as error:
        return failure_of(error)
    return result


def failure_of(error: Exception) -> Failure:
    """Return the failure of a source's own error; any other error is a fault of the reader."""
    if not isinstance(error, SourceError):
        return Failure("unexpected", f"{type(error).__name__}: {error}", error=error)
    types = (failure for of_error, failure in FAILURE_OF_ERROR if isinstance(error, of_error))
    return Failure(next(types, "unreachable"), error.reason, error.retry_after_seconds)


def check_reading(reading: Reading) -> None:
    """Refuse what no metric can carry.

    Raises:
        BadPayloadError: A value is not finite.
        ValueError: The instant has no zone, or an extra word is not in the metric table: a fault
            of the reader.
        OverflowError: An integer is too large for a float, likewise.
    """
    if reading.at.tzinfo is None:
        message = "a reading's instant needs a time zone"
        raise ValueError(message)
    if unknown := set(reading.extra) - EXTRA_WORDS:
        message = f"no metric for {', '.join(sorted(unknown))}"
        raise ValueError(message)
    for name, value in quantities_of(reading).items():
        if not isfinite(value):
            message = f"{name} is {value}"
            raise BadPayloadError(message)


def quantities_of(reading: Reading) -> dict[str, float]:
    """Return the values that the source gave, by field name or extra word."""
    named = {
        "power_watts": reading.power_watts,
        "voltage_volts": reading.voltage_volts,
        "current_amperes": reading.current_amperes,
        "energy_lifetime_kwh": reading.energy_lifetime_kwh,
        "energy_today_kwh": reading.energy_today_kwh,
        "energy_exported_kwh": reading.energy_exported_kwh,
        **reading.extra,
    }
    return {name: value for name, value in named.items() if value is not None}


def backoff_seconds(failure: Failure, failures: int, interval_seconds: float) -> float:
    """Return the shortest time to the next attempt after `failures` failures in a row.

    Doubles up to a limit (slower for what trying again will not mend), never less than the source
    itself requested, and spread so that many targets do not come back at one instant.
    """
    rejected = failure.failure_type == "rejected"
    first = max(interval_seconds, REJECTED_FIRST_SECONDS) if rejected else interval_seconds
    limit = max(first, REJECTED_LIMIT_SECONDS if rejected else UNREACHABLE_LIMIT_SECONDS)
    doubled = min(first * 2.0 ** min(failures - 1, MAX_DOUBLINGS), limit)
    requested = min(failure.retry_after_seconds or 0.0, RETRY_AFTER_LIMIT_SECONDS)
    return max(doubled, requested) * (1.0 + uniform(0.0, JITTER))  # noqa: S311 - no secret


async def run_inspect[S](
    inspect: Callable[[Sequence[S]], Awaitable[None]] | None, sources: Sequence[S]
) -> None:
    """Run a reader's `inspect`, if it has one; a failure is logged and changes nothing."""
    if inspect is None:
        return
    failure = await run_with_timeout(inspect(sources), INSPECT_TIMEOUT_SECONDS)
    if isinstance(failure, Failure):
        LOG.warning("the account could not be inspected: %s", failure, exc_info=failure.error)
