"""A seeded house of any size: its configuration, and a year of one sample a minute."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import orjson
import yaml
from numpy.typing import NDArray

MINUTE_MS = 60_000
MINUTES_PER_DAY = 1440
SAMPLES_PER_LINE = 10 * MINUTES_PER_DAY
SEED = 20260301


def device_id(number: int) -> str:
    """Such as `plug_007`."""
    return f"plug_{number:03}"


def labels_of(number: int) -> dict[str, str]:
    """The labels of a device's counter."""
    return {
        "__name__": "switchbot_energy_total_kwh",
        "house": "bench",
        "room": f"room_{number % 8}",
        "shelf": f"shelf_{number % 3}",
        "device": device_id(number),
        "source": "cloud",
    }


def write_home(path: Path, devices: int) -> None:
    """The configuration of a house with so many devices."""
    rooms = [
        {"room": f"room_{room}", "shelves": [{"shelf": f"shelf_{shelf}"} for shelf in range(3)]}
        for room in range(8)
    ]
    plugs = [
        {
            "device": device_id(number),
            "room": f"room_{number % 8}",
            "shelf": f"shelf_{number % 3}",
            "sources": [{"source": "cloud", "id": f"{number:012X}"}],
        }
        for number in range(devices)
    ]
    home = {
        "house": "bench",
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


def lines_of(number: int, start_ms: int, minutes: int) -> Iterator[bytes]:
    """The counter as lines for VictoriaMetrics' import."""
    at_ms = start_ms + np.arange(minutes, dtype=np.int64) * MINUTE_MS
    kwh = counter_kwh(number, minutes)
    for first in range(0, minutes, SAMPLES_PER_LINE):
        part = slice(first, first + SAMPLES_PER_LINE)
        line = {"metric": labels_of(number), "timestamps": at_ms[part], "values": kwh[part]}
        yield orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY)


def import_devices(url: str, numbers: range, start_ms: int, minutes: int) -> None:
    """Write the history of these devices and make it searchable."""
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
        for number in numbers:
            body = b"\n".join(lines_of(number, start_ms, minutes))
            http.post("/api/v1/import", content=body).raise_for_status()
        http.post("/internal/force_flush").raise_for_status()


def write_latest(http: httpx.Client, devices: int, at_ms: int) -> None:
    """One more sample of every device, as a scrape would bring it."""
    kwh = 1_000 + at_ms % 10**9 / 10**6
    lines = [
        orjson.dumps({"metric": labels_of(number), "timestamps": [at_ms], "values": [kwh]})
        for number in range(devices)
    ]
    http.post("/api/v1/import", content=b"\n".join(lines)).raise_for_status()
