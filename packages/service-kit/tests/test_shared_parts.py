"""The parts on their own: sockets, files, signals, waiting, health, problems."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service_kit.errors import CannotStartError
from service_kit.files import InUseError, only_writer, write_atomically
from service_kit.health import Pulse
from service_kit.problems import ProblemError, not_found, wrong_input
from service_kit.server import listen
from service_kit.signals import event_on, stop_event
from service_kit.waiting import poll_until, poll_until_async


def test_a_file_has_one_writer(tmp_path: Path) -> None:
    """The second is refused with the first's process; once that has gone, another may."""
    path = tmp_path / "new" / "file"
    first = rf"process {os.getpid()} on \w"
    with only_writer(path), pytest.raises(InUseError, match=first), only_writer(path):
        pass
    with only_writer(path):
        pass


def test_a_taken_port_names_the_setting() -> None:
    """One line, with the way out."""
    with listen("127.0.0.1", 0, "LISTEN_PORT") as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotStartError) as caught:
            listen("127.0.0.1", port, "HEALTH_PORT")
    assert str(caught.value) == (
        f"HEALTH_PORT {port} on 127.0.0.1 is taken; choose another HEALTH_PORT"
    )


def test_a_host_that_is_not_ours_names_the_setting() -> None:
    """192.0.2.0/24 is reserved for documentation."""
    with pytest.raises(CannotStartError, match="cannot listen on LISTEN_HOST 192"):
        listen("192.0.2.1", 0, "LISTEN_PORT")


def test_ipv6_addresses_can_be_listened_on() -> None:
    """A colon in the host means so."""
    with listen("::1", 0, "LISTEN_PORT") as listening:
        assert listening.getsockname()[0] == "::1"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_dies_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before the rename nothing has changed; the next write works again."""
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os if step == "fsync" else Path, step, die)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


async def test_signals_set_their_event_and_no_other() -> None:
    """SIGTERM and SIGINT mean stop, SIGHUP what the caller makes of it."""
    stopping, reload = stop_event(), event_on(signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGHUP)
    await asyncio.wait_for(reload.wait(), 10)
    assert not stopping.is_set()
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(stopping.wait(), 10)


async def test_waiting_ends_at_its_limit() -> None:
    """A condition that never holds is False, not an error; one that holds is found at once."""
    assert not await poll_until_async(lambda: False, 0.01, interval_seconds=0.001)
    assert not poll_until(lambda: False, 0.01, interval_seconds=0.001)
    assert poll_until(lambda: True, 0.0)
    assert await poll_until_async(lambda: True, 0.0)


def test_waiting_ends_early_when_nothing_can_come() -> None:
    """A process that ended will not become ready."""
    assert not poll_until(lambda: False, 3600, is_alive=lambda: False)


def test_a_loop_that_is_stuck_is_not_alive() -> None:
    """After the limit without a beat; alive again when it turns."""
    now = [0.0]
    pulse = Pulse(lambda: now[0], limit_seconds=60)
    now[0] = 59.0
    assert pulse.is_alive()
    now[0] = 60.0
    assert not pulse.is_alive()
    pulse.beat()
    assert pulse.is_alive()


def test_a_problem_becomes_a_document() -> None:
    """RFC 9457's members, the way out, and the header that goes with them."""
    problem = ProblemError(
        503, "database-unavailable", "It is away.", what_to_do="Wait.", retry_after_seconds=5
    )
    assert problem.document("/api/v1/cost").model_dump(exclude_none=True) == {
        "type": "urn:ppms:database-unavailable",
        "title": "Database unavailable",
        "status": 503,
        "detail": "It is away.",
        "instance": "/api/v1/cost",
        "what_to_do": "Wait.",
    }
    assert problem.headers == {"Retry-After": "5"}


def test_common_problems_name_the_way_out() -> None:
    """What there is instead; where the fault is."""
    assert not_found("wrok", what="room", known=["work"]).what_to_do == "Use one of: work."
    assert not_found("a", what="device", known=[]).what_to_do == "There is no device yet."
    fault = wrong_input("too long", where="query.name", what_to_do="Shorten it.").errors
    assert fault is not None
    assert fault[0].where == "query.name"


@pytest.mark.parametrize("module", ["log", "settings", "clock", "files", "health", "problems"])
def test_no_module_loads_a_web_framework(module: str) -> None:
    """A batch or an exporter on a small machine pays only for what it uses."""
    code = (
        f"import sys, service_kit.{module}\n"
        "print({'aiohttp', 'fastapi', 'starlette', 'uvicorn', 'sqlalchemy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - as above
    assert done.stdout.strip() == "set()"
