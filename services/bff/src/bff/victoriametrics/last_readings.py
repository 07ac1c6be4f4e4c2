"""When a source that is down or silent was last read."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from bff.time_grid import instant
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.live import SourceOfDevice
from bff.victoriametrics.parse import parse_instant
from home_model.config import Home
from home_model.metrics import POWER, READING_TIMESTAMP
from home_model.sources import family_of

# Most silences are short; a month (13 ms for a source read every 15 s) costs nine times a day.
NEAR, FAR = "1d", "31d"

# VictoriaMetrics refuses a query of over 16 KiB; of more devices those of all are fetched.
MAX_NAMED_DEVICES = 50

type LastReadings = Mapping[SourceOfDevice, datetime]


def fetch_last_readings(
    victoriametrics: VictoriaMetrics, home: Home, silent: AbstractSet[SourceOfDevice]
) -> LastReadings:
    """Fetch when each of these sources gave its last reading of power.

    Those that gave none for 31 days are left out.

    Raises:
        VictoriaMetricsDownError: No valid response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    near = _fetch(victoriametrics, home, silent, NEAR)
    return {**_fetch(victoriametrics, home, silent - near.keys(), FAR), **near}


def _fetch(
    victoriametrics: VictoriaMetrics, home: Home, silent: AbstractSet[SourceOfDevice], window: str
) -> LastReadings:
    if not silent:
        return {}
    form = {"query": _query(home, silent, window), "nocache": "1"}
    series = parse_instant(victoriametrics.fetch("/api/v1/query", form))
    last_readings = {
        (each.metric.get("device", ""), each.metric.get("source", "")): instant(
            round(each.value[1] * 1000)
        )
        for each in series
    }
    return {key: at for key, at in last_readings.items() if key in silent}


def _query(home: Home, silent: AbstractSet[SourceOfDevice], window: str) -> str:
    read = f"last_over_time({_series(home, silent, READING_TIMESTAMP.word)}[{window}])"
    scraped = f"tlast_over_time({_series(home, silent, POWER.word)}[{window}])"
    read, scraped = (f"max({each}) by (device,source)" for each in (read, scraped))
    # A scrape repeats a reading: the exporter's own time of it is earlier, and the right one.
    # A reading without power is newer than the last power and does not count.
    return f"{read} < {scraped} or {scraped}"


def _series(home: Home, silent: AbstractSet[SourceOfDevice], word: str) -> str:
    families = {
        family_of(source)
        for device in home.devices
        for source in device.sources
        if (device.device, source.source) in silent
    }
    names = "|".join(f"{family}_{word}" for family in sorted(families))
    devices = sorted({device for device, _ in silent})
    sources = "|".join(sorted({source for _, source in silent}))
    named = f',device=~"{"|".join(devices)}"' if len(devices) <= MAX_NAMED_DEVICES else ""
    return f'{{__name__=~"{names}",house="{home.house}"{named},source=~"{sources}"}}'
