"""A board of the virtual home on a machine without MicroPython, and the real service."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import httpx

from testbed.exporter import home_of
from testbed.measurements import measurements
from up.recorded_board import Board, Dependencies, Line, celsius_at, load_recording, play

DEVICE = "esp32-network"
START = datetime.fromisoformat("2026-11-27T09:00:00+09:00").timestamp()


class FakeTime:
    """A clock that a sleep moves on."""

    def __init__(self) -> None:
        self.unix_seconds = START

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.unix_seconds += seconds


def test_a_recorded_board_sends_what_its_device_draws(tmp_path: Path) -> None:
    """In the rhythm of the recording; each measurement is taken once, though the service failed."""
    clock, failures = FakeTime(), iter([True] * 3)
    home = home_of(f"{{source: esp32, id: {DEVICE}}}")
    with measurements(tmp_path, home, DEVICE) as service:

        def post(headers: Mapping[str, str], lines: Sequence[Line]) -> bool:
            if next(failures, False):
                return False
            content = "".join(f"{json.dumps(line)}\n" for line in lines)
            with_token = {**headers, "Authorization": f"Bearer {service.token}"}
            url = f"{service.url}/api/measurements"
            answer = httpx.post(url, content=content, headers=with_token, trust_env=False)
            return answer.raise_for_status().json()["new"] == len(lines)

        around = Dependencies(lambda: clock.unix_seconds, clock.sleep, lambda: 12.5, post)
        play(load_recording(), Board(DEVICE, 7, START), around)
        rows = service.stored({7})
    assert len(rows) == sum(len(request.lines) for request in load_recording())
    assert {row["power_mw"] for row in rows} == {12_500}
    recorded = [line["up"] for request in load_recording() for line in request.lines]
    assert [round(row["recorded_at"].timestamp() - START) for row in rows] == recorded
    assert rows[0]["temperature"] == round(celsius_at(rows[0]["recorded_at"].timestamp()), 2)
