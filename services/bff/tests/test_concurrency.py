"""Few requests compute at once; none waits long for those that wait for something else."""

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Lock
from types import SimpleNamespace
from typing import Any

import pytest

from bff import services as module
from bff.services import limit_concurrency


def services(at_once: int) -> Any:  # noqa: ANN401 - only its semaphore
    return SimpleNamespace(concurrency=BoundedSemaphore(at_once))


def test_no_more_compute_at_once_than_the_semaphore_allows() -> None:
    """The others follow, each once."""
    lock, running, most = Lock(), [0], [0]

    @limit_concurrency
    def compute(*, services: Any, number: int) -> int:  # noqa: ANN401, ARG001
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        Event().wait(0.01)
        with lock:
            running[0] -= 1
        return number

    shared = services(at_once=2)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: compute(services=shared, number=each), range(16)))
    assert (found, most) == (list(range(16)), [2])


def test_a_semaphore_that_is_held_for_long_stops_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that waits for VictoriaMetrics, which hangs."""
    monkeypatch.setattr(module, "ACQUIRE_SECONDS", 0.01)
    shared, is_over = services(at_once=1), Event()

    @limit_concurrency
    def wait(*, services: Any) -> bool:  # noqa: ANN401, ARG001
        return is_over.wait(30)

    @limit_concurrency
    def answer(*, services: Any) -> str:  # noqa: ANN401, ARG001
        return "answered"

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(wait, services=shared)
        assert [answer(services=shared) for _ in range(2)] == ["answered"] * 2
        is_over.set()
        assert held.result()
    assert shared.concurrency.acquire(timeout=0)


def test_a_failure_releases_the_semaphore() -> None:
    """As a problem that is raised."""
    shared = services(at_once=1)

    @limit_concurrency
    def fail(*, services: Any) -> None:  # noqa: ANN401, ARG001
        raise LookupError

    with pytest.raises(LookupError):
        fail(services=shared)
    assert shared.concurrency.acquire(timeout=0)
