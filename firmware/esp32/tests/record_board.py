"""Record what the firmware sends, for the virtual home on machines without MicroPython.

`python firmware/esp32/tests/record_board.py` writes `tools/up/src/up/recorded_board.json`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from testbed.board import DEVICE_ID, play, write_config
from testbed.exporter import home_of
from testbed.faulty_proxy import faulty_proxy
from testbed.measurements import Measurements, measurements
from up.recorded_board import RECORDING

# Half an hour, in which Wi-Fi is away for three minutes.
STEPS = (["run", 800], ["wifi", False], ["run", 180], ["wifi", True], ["run", 820])
CADENCE_SECONDS = 10


def record(service: Measurements, flash: Path) -> list[dict[str, Any]]:
    """Return the requests with measurements that a board sent: when, its report, and its lines."""
    with faulty_proxy(service.url) as proxy:
        write_config(
            flash,
            service,
            url=proxy.url,
            CADENCE_SECONDS=CADENCE_SECONDS,
            SEND_INTERVAL_SECONDS=CADENCE_SECONDS,
        )
        play(flash, STEPS)
        return list(_requests(proxy.requests))


def _requests(received: list[bytes]) -> Iterator[dict[str, Any]]:
    for request in received:
        head, _, body = request.partition(b"\r\n\r\n")
        if not head.startswith(b"POST /api/measurements "):
            continue
        pairs = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
        headers = {name.lower(): value for name, _, value in pairs}
        yield {
            "up": int(headers["x-board-clock"].split()[1]),
            "report": headers["x-board-report"],
            "lines": [json.loads(line) for line in body.splitlines()],
        }


def main() -> int:
    """Write the recording."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        flash = folder / "flash"
        flash.mkdir()
        home = home_of(f"{{source: esp32, id: {DEVICE_ID}}}")
        with measurements(folder, home, DEVICE_ID) as service:
            found = record(service, flash)
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in found)
    RECORDING.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
