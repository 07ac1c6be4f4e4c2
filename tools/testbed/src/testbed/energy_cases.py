"""Read the cases of `tests/energy`: their devices, samples and expectations."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[4] / "tests" / "energy"
FILES = tuple(FOLDER / name for name in ("cases.yaml", "own_cases.yaml", "field_cases.yaml"))

# What all cases of a file may refer to.
SHARED_KEYS = ("contracts",)

type Case = dict[str, Any]


def load_cases(files: tuple[Path, ...] = FILES) -> Iterator[Case]:
    """Yield the cases of the files, each with the defaults of its file."""
    for path in files:
        document = yaml.safe_load(path.read_text("utf-8"))
        shared = {key: document[key] for key in SHARED_KEYS if key in document}
        for case in document["cases"]:
            yield document.get("defaults", {}) | shared | case


def parametrize_cases(metafunc: pytest.Metafunc, variable: str, files: tuple[Path, ...]) -> None:
    """Make one test of each case, with its name.

    The environment's `variable` names another file, relative to where pytest was started.
    """
    if "case" not in metafunc.fixturenames:
        return
    if named := os.environ.get(variable):
        files = (metafunc.config.invocation_params.dir / named,)
    cases = [pytest.param(case, id=case["name"]) for case in load_cases(files)]
    metafunc.parametrize("case", cases)


def parse_instant(text: str | datetime) -> datetime:
    """Return an instant that has an offset.

    Raises:
        ValueError: It has none.
    """
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        message = f"{text} has no offset"
        raise ValueError(message)
    return at


def points_of(source: Case, key: str = "segments") -> Iterator[tuple[float, float]]:
    """Yield the samples of a source: Unix seconds and kWh."""
    for at, kwh in source.get("points", ()) if key == "segments" else ():
        yield parse_instant(at).timestamp(), kwh
    for segment in source.get(key, ()):
        at, end = parse_instant(segment["from"]), parse_instant(segment["to"])
        step, start = timedelta(seconds=segment["every_s"]), at
        poll = timedelta(seconds=segment.get("polled_every_s", segment["every_s"]))
        while at <= end:
            hours = (at - start) // poll * poll / timedelta(hours=1)
            yield at.timestamp(), segment["start_kwh"] + segment["watts"] / 1000 * hours
            at += step


def devices_of(case: Case) -> list[Case]:
    """Return the devices of a case, each with its sources, all defaults filled in."""
    place = {"room": "work", "shelf": "rack_1"}
    devices = case["devices"] if "devices" in case else [{"device": case["device"]} | case]
    return [
        place | device | {"sources": device.get("sources", [{"source": case["source"]} | device])}
        for device in devices
    ]


def order_of(case: Case, device: Case) -> list[str]:
    """Return the sources of a device, first choice first."""
    return list(case.get("order", dict.fromkeys(one["source"] for one in device["sources"])))
