"""The recording that the virtual home repeats is of what the firmware sends now."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from record_board import record

from testbed.measurements import Measurements
from up.recorded_board import load_recording


def fields(document: Mapping[str, Any], name: str = "") -> set[str]:
    """Return the names of a document and of what is in it."""
    found = {name}
    for key, value in document.items():
        found |= fields(value, f"{name}.{key}") if isinstance(value, dict) else {f"{name}.{key}"}
    return found


def names(report: str) -> list[str]:
    return [word.partition("=")[0] for word in report.split()]


def test_the_recording_is_what_the_firmware_sends(server: Measurements, flash: Path) -> None:
    """Its fields, its report, its rhythm, and the batch after the time without Wi-Fi."""
    recorded, now = load_recording(), record(server, flash)
    lines = [line for request in recorded for line in request.lines]
    lines_now = [line for request in now for line in request["lines"]]
    assert {frozenset(fields(line)) for line in lines} == {
        frozenset(fields(each)) for each in lines_now
    }
    assert {tuple(names(each.report)) for each in recorded} == {
        tuple(names(each["report"])) for each in now
    }
    assert abs(len(lines) - len(lines_now)) <= 2
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    assert max(len(request.lines) for request in recorded) >= 12
