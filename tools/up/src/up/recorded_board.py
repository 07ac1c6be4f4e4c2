"""A board of the virtual home as it was recorded, for machines on which MicroPython does not run.

The recording is what the firmware sent within half an hour, in the midst of which Wi-Fi was away:
the rhythm of measurements and requests, and the fields of both. It is repeated with what the device
draws at each moment. What cannot be sent is kept and sent with the next request, as the firmware
does. `firmware/esp32/tests/record_board.py` makes it; a test compares it with the firmware.

Arguments: a folder, its deviceId, the device, the URL of the watts of all devices, the URL to send
to.
"""

import json
import logging
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx

LOG = logging.getLogger(__name__)

RECORDING = Path(__file__).with_name("recorded_board.json")
READY, BOOT = "ready", "recorded-boot"
ZONE = timezone(timedelta(hours=9))
SUPPLY_VOLTS = 12
TIMEOUT_SECONDS = 10.0
# As many as the service takes at once; five hours.
MAX_KEPT = 1_000
# As in `firmware/esp32/unix/at_home.py`.
MEAN_CELSIUS, SWING_CELSIUS, WARMEST_SECONDS = 22.5, 2.5, 6 * 3600
DAY_SECONDS = 86_400

type Line = Mapping[str, Any]
type Post = Callable[[Mapping[str, str], Sequence[Line]], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the recording.

    Attributes:
        up_seconds: When it was sent, since the start of the board.
        report: What the board reported of itself.
        lines: The measurements in it.
    """

    up_seconds: int
    report: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a board needs; a test has a clock of its own.

    Attributes:
        unix_seconds: The clock.
        sleep: Waits for seconds.
        read_watts: Returns what the device draws; None while that is unknown.
        post: Sends headers and lines; returns whether all of them were acknowledged.
    """

    unix_seconds: Callable[[], float]
    sleep: Callable[[float], None]
    read_watts: Callable[[], float | None]
    post: Post


@dataclass(slots=True)
class Board:
    """A board in its present start.

    Attributes:
        boot: The number of the start.
        started: When that was, in Unix seconds.
        kept: Lines that are not acknowledged.
    """

    device_id: str
    boot: int
    started: float
    kept: list[Line] = field(default_factory=list)


def load_recording() -> Sequence[Request]:
    """Load what was recorded."""
    found = json.loads(RECORDING.read_text("utf-8"))
    return [Request(each["up"], each["report"], each["lines"]) for each in found]


def play(recording: Sequence[Request], board: Board, around: Dependencies) -> None:
    """Do once what was recorded, from the start of the board."""
    measured: dict[int, Line] = {}
    for up_seconds, step in _steps(recording):
        around.sleep(max(0.0, board.started + up_seconds - around.unix_seconds()))
        if isinstance(step, Request):
            board.kept += [
                measured.pop(each["seq"]) for each in step.lines if each["seq"] in measured
            ]
            _send(board, step, around)
        elif (watts := around.read_watts()) is not None:
            measured[step["seq"]] = _measure(step, board, around.unix_seconds(), watts)


def _steps(recording: Sequence[Request]) -> Iterator[tuple[int, Request | Line]]:
    """Yield measurements and requests in the order of time, each with its second."""
    lines = [(line["up"], 0, line) for request in recording for line in request.lines]
    requests = [(request.up_seconds, 1, request) for request in recording]
    for up_seconds, _, step in sorted([*lines, *requests], key=lambda each: each[:2]):
        yield up_seconds, step


def _measure(line: Line, board: Board, unix_seconds: float, watts: float) -> Line:
    """Return the recorded line with what is measured now."""
    payload = {
        **line["payload"],
        "voltage_v": SUPPLY_VOLTS,
        "current_ma": round(watts / SUPPLY_VOLTS * 1000, 1),
        "power_mw": round(watts * 1000, 1),
    }
    return {
        **line,
        "deviceId": board.device_id,
        "recordedAt": datetime.fromtimestamp(int(unix_seconds), ZONE).isoformat(),
        "boot": board.boot,
        "up": int(unix_seconds - board.started),
        "temperature": round(celsius_at(unix_seconds), 2),
        "payload": payload,
    }


def celsius_at(unix_seconds: float) -> float:
    """Return the temperature of the room."""
    turn = (unix_seconds - WARMEST_SECONDS) % DAY_SECONDS / DAY_SECONDS
    return MEAN_CELSIUS + SWING_CELSIUS * math.cos(2 * math.pi * turn)


def _send(board: Board, request: Request, around: Dependencies) -> None:
    now = around.unix_seconds()
    headers = {
        "Content-Type": "application/x-ndjson",
        "X-Board-Clock": f"{int(now)} {int(now - board.started)} {board.boot}",
        "X-Board-Report": request.report,
    }
    if board.kept and around.post(headers, board.kept):
        board.kept.clear()
    del board.kept[:-MAX_KEPT]


def _post(http: httpx.Client, url: str) -> Post:
    def post(headers: Mapping[str, str], lines: Sequence[Line]) -> bool:
        content = "".join(f"{json.dumps(line)}\n" for line in lines)
        try:
            answer = http.post(f"{url}/api/measurements", content=content, headers=headers)
            return answer.raise_for_status().json()["received"] == len(lines)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            LOG.warning("kept: %d waiting: %s", len(lines), error)
            return False

    return post


def _watts_reader(http: httpx.Client, url: str, device: str) -> Callable[[], float | None]:
    def read() -> float | None:
        try:
            found = http.get(url).raise_for_status().json()["devices"][device]
        except (httpx.HTTPError, ValueError, KeyError):
            return None
        return found["watts"] if found["online"] else 0.0

    return read


def _next_boot(folder: Path) -> int:
    file = folder / BOOT
    boot = int(file.read_text("ascii")) + 1 if file.exists() else 1
    file.write_text(str(boot), "ascii")
    return boot


def main(folder: Path, device_id: str, device: str, watts_url: str, base_url: str) -> None:
    """Repeat the recording for as long as the process runs; each time is a start of the board."""
    folder.mkdir(parents=True, exist_ok=True)
    recording = load_recording()
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
        around = Dependencies(
            time.time, time.sleep, _watts_reader(http, watts_url, device), _post(http, base_url)
        )
        kept: list[Line] = []
        while True:
            board = Board(device_id, _next_boot(folder), time.time(), kept)
            (folder / READY).touch()
            play(recording, board, around)
            kept = board.kept


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main(Path(sys.argv[1]), *sys.argv[2:])
