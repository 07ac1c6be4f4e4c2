"""The board's flash, the compiled firmware, and a server that keeps measurements."""

import json
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast, override

import pytest

from testbed.board import FIRMWARE, MICROPYTHON, compile_firmware, micropython_is_there

REFUSED_CELSIUS = 1234.5


class Handler(BaseHTTPRequestHandler):
    """Takes a batch as a whole, names the first line that it refuses."""

    def do_GET(self) -> None:
        """Respond, so that a board can take the `Date`."""
        self._respond(200, {})

    def do_POST(self) -> None:
        """Save a batch, or refuse it."""
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return
        measurements = [json.loads(line) for line in body.splitlines()]
        for number, each in enumerate(measurements, 1):
            if each["temperature"] == REFUSED_CELSIUS:
                self._respond(422, {"line": number, "detail": "temperature is out of range"})
                return
        new = cast("Recorder", self.server).save(measurements)
        count = len(measurements)
        self._respond(200, {"received": count, "new": new, "duplicates": count - new})

    def _respond(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response_only(status)
        self.send_header("Date", formatdate(usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


class Recorder(ThreadingHTTPServer):
    """Measurements by boot and number, the first of each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.rows: dict[tuple[int, int], dict[str, Any]] = {}

    def save(self, measurements: list[dict[str, Any]]) -> int:
        """Keep what is new; return how many were."""
        before = len(self.rows)
        for each in measurements:
            self.rows.setdefault((each["boot"], each["seq"]), each)
        return len(self.rows) - before


@pytest.fixture
def server() -> Iterator[Recorder]:
    """A server of this test's own."""
    with Recorder() as recorder:
        thread = threading.Thread(target=recorder.serve_forever, args=(0.01,))
        thread.start()
        yield recorder
        recorder.shutdown()
        thread.join()


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    """An empty folder that is the flash of a board."""
    if not micropython_is_there():
        pytest.skip(f"{MICROPYTHON} is missing (scripts/setup-micropython)")
    folder = tmp_path / "flash"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware without its sources."""
    return compile_firmware(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(params=["sources", "compiled"])
def firmware(request: pytest.FixtureRequest, compiled: Path) -> Path:
    """Both ways in which the firmware is copied to a board."""
    return FIRMWARE if request.param == "sources" else compiled
