"""How long a response may take, and how long one request waits in vain for all of its queries."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

# A server that hangs is given up within 3 s.
REQUEST_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a response may take.

    Attributes:
        deadline_seconds: Until its last byte.
        pause_seconds: Without a byte.
    """

    deadline_seconds: float
    pause_seconds: float


# For the ledger's worker: as long as VictoriaMetrics itself lets a query run.
BACKGROUND = Patience(deadline_seconds=30.0, pause_seconds=30.0)
# Where a person waits.
REQUEST = Patience(deadline_seconds=30.0, pause_seconds=REQUEST_SECONDS)


@dataclass(slots=True)
class _Left:
    """What is left of the time that a request may wait in vain."""

    seconds: float


_LEFT: ContextVar[_Left | None] = ContextVar("left", default=None)


class BoundedWaiting:
    """Bound how long each request waits in vain.

    Answers that are slow take nothing of it: only what failed in the end was waited for in vain.

    Args:
        app: The application.
        seconds: For all that one request waits for, together.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        with bounded_waiting(self._seconds):
            await self._app(scope, receive, send)


@contextmanager
def bounded_waiting(seconds: float) -> Generator[None]:
    """Bound how long the `with` block waits in vain."""
    token = _LEFT.set(_Left(seconds))
    try:
        yield
    finally:
        _LEFT.reset(token)


def limit_seconds(wanted_seconds: float) -> float:
    """Return how long may be waited now: as long as is wanted, outside of requests."""
    left = _LEFT.get()
    return wanted_seconds if left is None else max(0.0, min(wanted_seconds, left.seconds))


@contextmanager
def count_in_vain(*failures: type[Exception]) -> Generator[None]:
    """Count the time of the `with` block as waited in vain if it raises one of these."""
    left, began_s = _LEFT.get(), time.monotonic()
    try:
        yield
    except failures:
        if left is not None:
            left.seconds -= time.monotonic() - began_s
        raise
