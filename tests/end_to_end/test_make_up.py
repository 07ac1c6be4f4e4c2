"""`make up` as a whole: it starts again on its own data, ends clean, and ends as one."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from testbed.chain import STOP_LIMIT_SECONDS, Chain, start_chain, stop_chain


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Chain]:
    """A virtual home with one day of past."""
    chain = start_chain(tmp_path, backfill_days=1)
    yield chain
    if chain.process.poll() is None:
        stop_chain(chain)


def test_it_ends_clean_and_starts_again_on_the_same_data(small: Chain, tmp_path: Path) -> None:
    """Ctrl-C leaves no process behind; the second start writes no past and keeps the prices."""
    httpx.delete(f"{small.url('BFF_PORT')}/api/v1/unit_prices/1", trust_env=False)
    prices = small.api("/unit_prices")
    assert stop_chain(small) == []
    assert small.process.returncode == 0
    again = start_chain(tmp_path, backfill_days=1)
    try:
        assert again.api("/unit_prices") == prices
        assert "days of the past" not in again.log.read_text()
    finally:
        stop_chain(again)


def test_when_a_part_is_killed_all_stop_and_it_is_named(small: Chain) -> None:
    """A home that is half there would show half the truth."""
    children = psutil.Process(small.process.pid).children(recursive=True)
    small.part("switchbot_exporter").send_signal(signal.SIGKILL)
    assert small.process.wait(STOP_LIMIT_SECONDS) != 0
    assert "'switchbot' ended by itself with code -9" in small.log.read_text()
    assert psutil.wait_procs(children, timeout=5)[1] == []
