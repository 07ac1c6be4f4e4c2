"""The connection is cut after each byte of a request, and of an answer."""

from itertools import chain
from pathlib import Path

import pytest

from testbed.board import find_differences, play, write_config
from testbed.faulty_proxy import Fault, FaultyProxy, faulty_proxy
from testbed.measurements import Measurements

STEPS = [31, pytest.param(1, marks=pytest.mark.long)]


def lengths(server: Measurements, flash: Path) -> tuple[int, int]:
    """Return the bytes of a request with one measurement, and of its answer."""
    with faulty_proxy(server.url) as proxy:
        write_config(flash, server, url=proxy.url)
        play(flash, [["measure_and_send", 1]])
        return len(proxy.requests[-1]), len(proxy.answers[-1])


def play_cut(server: Measurements, flash: Path, cuts: list[Fault]) -> FaultyProxy:
    """Measure as often as there are cuts: each first attempt is cut, the next one is not."""
    faults = chain.from_iterable((cut, Fault()) for cut in cuts)
    with faulty_proxy(server.url, faults) as proxy:
        write_config(flash, server, url=proxy.url)
        run = play(flash, [["measure_and_send", len(cuts)]])
    assert len(run.taken) == len(cuts)
    assert not find_differences(server, run)
    return proxy


@pytest.mark.parametrize("step", STEPS)
def test_every_measurement_arrives_once_though_its_request_is_cut(
    server: Measurements, flash: Path, step: int
) -> None:
    """The service stores nothing of a part of a request; the next attempt brings it."""
    request_bytes, _ = lengths(server, flash)
    cuts = [Fault(cut_request_at=at) for at in range(0, request_bytes, step)]
    proxy = play_cut(server, flash, cuts)
    assert len(proxy.requests) == len(cuts)


@pytest.mark.parametrize("step", STEPS)
def test_every_measurement_is_stored_once_though_its_answer_is_cut(
    server: Measurements, flash: Path, step: int
) -> None:
    """A status alone is no acknowledgement; what comes again is counted as a duplicate."""
    _, answer_bytes = lengths(server, flash)
    cuts = [Fault(cut_answer_at=at) for at in range(0, answer_bytes, step)]
    proxy = play_cut(server, flash, cuts)
    assert all(b'"duplicates":1' in answer for answer in proxy.answers[1::2])
    assert len(proxy.requests) == 2 * len(cuts)
