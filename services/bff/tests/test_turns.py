"""Few requests compute at once, and nobody waits long for those that wait for something else."""

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Lock
from types import SimpleNamespace
from typing import Any

import pytest

from bff import services as module
from bff.services import in_turn


def services(at_once: int) -> Any:  # noqa: ANN401 - only its turns
    return SimpleNamespace(turns=BoundedSemaphore(at_once))


def test_no_more_compute_at_once_than_have_a_turn() -> None:
    """The others follow, each once."""
    lock, running, most = Lock(), [0], [0]

    @in_turn
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


def test_a_turn_that_is_held_for_long_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for VictoriaMetrics, which hangs."""
    monkeypatch.setattr(module, "TURN_SECONDS", 0.01)
    shared, is_over = services(at_once=1), Event()

    @in_turn
    def wait(*, services: Any) -> bool:  # noqa: ANN401, ARG001
        return is_over.wait(30)

    @in_turn
    def answer(*, services: Any) -> str:  # noqa: ANN401, ARG001
        return "answered"

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(wait, services=shared)
        assert [answer(services=shared) for _ in range(2)] == ["answered"] * 2
        is_over.set()
        assert held.result()
    assert shared.turns.acquire(timeout=0)


def test_a_failure_gives_its_turn_back() -> None:
    """As a problem that is raised."""
    shared = services(at_once=1)

    @in_turn
    def fail(*, services: Any) -> None:  # noqa: ANN401, ARG001
        raise LookupError

    with pytest.raises(LookupError):
        fail(services=shared)
    assert shared.turns.acquire(timeout=0)
