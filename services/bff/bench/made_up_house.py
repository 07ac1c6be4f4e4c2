"""A seeded house of any size: its configuration, and a year of one sample a minute."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import numpy as np
import orjson
import yaml
from numpy.typing import NDArray

from home_model.metrics import CURRENT, POWER, READING_TIMESTAMP, UP, VOLTAGE, metric_name

MINUTE_MS = 60_000
MINUTES_PER_DAY = 1440
SAMPLES_PER_LINE = 10 * MINUTES_PER_DAY
SEED = 20260301
# The first devices are silent now and then: as circuits of a tree they are measured in part.
OFTEN_SILENT, ALWAYS_THERE = range(12), range(12, 24)
SILENT_EVERY_MINUTES, SILENT_MINUTES = 10 * MINUTES_PER_DAY, 180
# Present values are written once: they count as present for as long as a run takes.
PRESENT: Mapping[str, str] = {"SILENT_AFTER_SECONDS": "86400"}
CLEAN, FAULTY = "bench", "bench-faulty"
FAULTY_DAYS = 0.01


def device_id(number: int) -> str:
    """Such as `plug_007`."""
    return f"plug_{number:03}"


def labels_of(number: int, house: str = CLEAN) -> dict[str, str]:
    """The labels of a device's counter."""
    return {
        "__name__": "switchbot_energy_total_kwh",
        "house": house,
        "room": f"room_{number % 8}",
        "shelf": f"shelf_{number % 3}",
        "device": device_id(number),
        "source": "cloud",
    }


def upstream_of(number: int, circuits: range) -> dict[str, str]:
    """The meter above a device: the first circuit is above the others, those above all else."""
    if not circuits or number == circuits[0]:
        return {}
    is_circuit = number in circuits
    above = circuits[0] if is_circuit else circuits[1 + number % (len(circuits) - 1)]
    return {"upstream": device_id(above)}


def write_home(path: Path, devices: int, circuits: range = range(0), house: str = CLEAN) -> None:
    """The configuration of a house with so many devices, as a tree of three levels on request."""
    rooms = [
        {"room": f"room_{room}", "shelves": [{"shelf": f"shelf_{shelf}"} for shelf in range(3)]}
        for room in range(8)
    ]
    plugs = [
        {
            "device": device_id(number),
            "room": f"room_{number % 8}",
            "shelf": f"shelf_{number % 3}",
            "sources": [{"source": "cloud", "id": f"A{number:011X}"}],
            **upstream_of(number, circuits),
        }
        for number in range(devices)
    ]
    home = {
        "house": house,
        "time_zone": "Asia/Tokyo",
        "currency": "JPY",
        "rooms": rooms,
        "devices": plugs,
    }
    path.write_text(yaml.safe_dump(home), "utf-8")


def counter_kwh(number: int, minutes: int) -> NDArray[np.float64]:
    """A counter with a daily rhythm, noise, and hours without use; six decimals, as exporters."""
    chance = np.random.default_rng([SEED, number])
    of_day = np.arange(minutes) % MINUTES_PER_DAY / MINUTES_PER_DAY
    rhythm = 1 + np.sin(2 * np.pi * (of_day + chance.random()))
    watts = chance.uniform(5, 400) * rhythm * chance.uniform(0.8, 1.2, minutes)
    watts[(of_day * 24).astype(int) == chance.integers(24)] = 0
    return np.round(chance.uniform(0, 500) + np.cumsum(watts) / 60_000, 6)


def with_faults(number: int, kwh: NDArray[np.float64]) -> NDArray[np.float64]:
    """One day in a hundred has a fault: a reading of 0, one ten times too high, an older value."""
    chance = np.random.default_rng([SEED, number, 1])
    found = kwh.copy()
    for day in np.flatnonzero(chance.random(len(kwh) // MINUTES_PER_DAY) < FAULTY_DAYS):
        minute = day * MINUTES_PER_DAY + chance.integers(60, MINUTES_PER_DAY - 60)
        match chance.integers(3):
            case 0:
                found[minute] = 0
            case 1:
                found[minute] *= 10
            case _:
                found[minute : minute + 30] = kwh[minute - 60]
    return found


def lines_of(number: int, start_ms: int, minutes: int, house: str = CLEAN) -> Iterator[bytes]:
    """The counter as lines for VictoriaMetrics' import."""
    minute = np.arange(minutes, dtype=np.int64)
    is_there = (minute + 997 * number) % SILENT_EVERY_MINUTES >= SILENT_MINUTES
    kept = is_there if number in OFTEN_SILENT else minute >= 0
    counted = counter_kwh(number, minutes)
    counted = with_faults(number, counted) if house == FAULTY else counted
    at_ms, kwh = (start_ms + minute * MINUTE_MS)[kept], counted[kept]
    for first in range(0, len(at_ms), SAMPLES_PER_LINE):
        part = slice(first, first + SAMPLES_PER_LINE)
        line = {"metric": labels_of(number, house), "timestamps": at_ms[part], "values": kwh[part]}
        yield orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY)


def import_devices(
    url: str, numbers: range, start_ms: int, minutes: int, house: str = CLEAN
) -> None:
    """Write the history of these devices and make it searchable."""
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
        for number in numbers:
            body = b"\n".join(lines_of(number, start_ms, minutes, house))
            http.post("/api/v1/import", content=body).raise_for_status()
        http.post("/internal/force_flush").raise_for_status()


def write_present(url: str, devices: int) -> None:
    """Write what an exporter reports of every device besides its counter, once, as of now."""
    at_ms = round(time.time() * 1000)
    values = {POWER: 100, VOLTAGE: 100, CURRENT: 1, READING_TIMESTAMP: at_ms / 1000, UP: 1}
    lines = [
        orjson.dumps({"metric": labels, "timestamps": [at_ms], "values": [value]})
        for number in range(devices)
        for metric, value in values.items()
        if (labels := labels_of(number) | {"__name__": metric_name("switchbot", metric)})
    ]
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
        http.post("/api/v1/import", content=b"\n".join(lines)).raise_for_status()
        http.post("/internal/force_flush").raise_for_status()


def write_latest(http: httpx.Client, devices: int, at_ms: int) -> None:
    """One more sample of every device, as a scrape would bring it."""
    kwh = 1_000 + at_ms % 10**9 / 10**6
    lines = [
        orjson.dumps({"metric": labels_of(number), "timestamps": [at_ms], "values": [kwh]})
        for number in range(devices)
    ]
    http.post("/api/v1/import", content=b"\n".join(lines)).raise_for_status()
