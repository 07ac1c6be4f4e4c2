"""How long to leave a failing target alone."""

from random import uniform

from exporter_kit.outcomes import Failure

UNREACHABLE_LIMIT_SECONDS = 60.0
REJECTED_FIRST_SECONDS = 60.0
REJECTED_LIMIT_SECONDS = 900.0
ASKED_LIMIT_SECONDS = 86_400.0
JITTER = 0.2


def backoff_seconds(failure: Failure, failures: int, interval_seconds: float) -> float:
    """The least time to the next try after `failures` failures in a row.

    Doubles up to a limit (slower for what trying again will not mend), never less than the source
    itself asked for, and spread so that many targets do not come back at one instant.
    """
    rejected = failure.kind == "rejected"
    first = max(interval_seconds, REJECTED_FIRST_SECONDS) if rejected else interval_seconds
    limit = max(first, REJECTED_LIMIT_SECONDS if rejected else UNREACHABLE_LIMIT_SECONDS)
    doubled = min(first * 2.0 ** min(failures - 1, 30), limit)
    asked = min(failure.retry_after_seconds or 0.0, ASKED_LIMIT_SECONDS)
    return max(doubled, asked) * (1.0 + uniform(0.0, JITTER))  # noqa: S311 - no secret hangs on it
