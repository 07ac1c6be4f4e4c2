"""When a source that says nothing now was last read."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from bff.database import instant
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.live import SourceOfDevice
from home_model.config import Home
from home_model.metrics import POWER, READING_TIMESTAMP
from home_model.sources import family_of

# Most silences are short; a month (13 ms for a source read every 15 s) costs nine times a day.
NEAR, FAR = "1d", "31d"

type Heard = Mapping[SourceOfDevice, datetime]


def fetch_last_heard(
    victoriametrics: VictoriaMetrics, home: Home, quiet: AbstractSet[SourceOfDevice]
) -> Heard:
    """When each of these sources gave its last reading of power.

    Those that gave none for 31 days are left out.

    Raises:
        VictoriaMetricsDown: No sensible answer in time.
        VictoriaMetricsRefused: It answered 4xx.
    """
    near = _fetch(victoriametrics, home, quiet, NEAR)
    return {**_fetch(victoriametrics, home, quiet - near.keys(), FAR), **near}


def _fetch(
    victoriametrics: VictoriaMetrics, home: Home, quiet: AbstractSet[SourceOfDevice], window: str
) -> Heard:
    if not quiet:
        return {}
    form = {"query": _query(home, quiet, window), "nocache": "1"}
    series = victoriametrics.fetch_json("/api/v1/query", form)["data"]["result"]
    heard = {
        (each["metric"].get("device", ""), each["metric"].get("source", "")): instant(
            round(float(each["value"][1]) * 1000)
        )
        for each in series
    }
    return {key: at for key, at in heard.items() if key in quiet}


def _query(home: Home, quiet: AbstractSet[SourceOfDevice], window: str) -> str:
    read = f"last_over_time({_series(home, quiet, READING_TIMESTAMP.word)}[{window}])"
    scraped = f"tlast_over_time({_series(home, quiet, POWER.word)}[{window}])"
    read, scraped = (f"max({each}) by (device,source)" for each in (read, scraped))
    # A scrape repeats a reading: the exporter's own time of it is earlier, and the right one.
    # A reading without power is newer than the last power and does not count.
    return f"{read} < {scraped} or {scraped}"


def _series(home: Home, quiet: AbstractSet[SourceOfDevice], word: str) -> str:
    families = {
        family_of(source)
        for device in home.devices
        for source in device.sources
        if (device.device, source.source) in quiet
    }
    names = "|".join(f"{family}_{word}" for family in sorted(families))
    devices = "|".join(sorted({device for device, _ in quiet}))
    sources = "|".join(sorted({source for _, source in quiet}))
    return f'{{__name__=~"{names}",house="{home.house}",device=~"{devices}",source=~"{sources}"}}'
