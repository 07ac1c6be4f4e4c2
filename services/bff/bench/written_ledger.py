"""A ledger of years, written into its database without a sample a minute to build it from.

VictoriaMetrics has one sample of each written day, as the day says that it was made from: what
the BFF counts is what it finds, and nothing is stale. The last days, and those a month before, of
which pages ask until the present minute, have a sample a minute and are built by the BFF itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import orjson
import yaml
from sqlalchemy import insert

from bench.made_up_house import MINUTE_MS, MINUTES_PER_DAY, SEED, counter_kwh, labels_of, write_home
from bff.db.migrate import open_database
from bff.db.stored_days import pack_days
from bff.db.tables import LedgerDay, LedgerEvent, RulesVersion
from bff.energy import QUANTITIES
from bff.ledger.events import CounterEvent
from bff.ledger.sample_counts import StoredDay, fingerprint
from bff.ledger.slots import VERSION, DeviceRules, Given, rules_of
from bff.ledger.store import day_row, event_row
from bff.time_grid import DAY_MS, SLOT_MS, SLOTS_PER_DAY, day_start, unix_milliseconds
from home_model.load import load_home

KWH_PER_DAY = 3.0
GAP_LIMIT_SECONDS = 2 * 86_400
EVENTS_EVERY_DAYS = 90
# A device of up to 400 W, as in the house that is imported.
MAX_SLOT_UWH = 100_000_000
# A device with two sources, which has samples alone.
PAIR, PAIR_SOURCES, PAIR_DAYS = "pair", ("cloud", "ble"), 92
NO_GIVEN = Given({}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Written:
    """So many devices over so many days until an instant."""

    devices: int
    days: int
    end: datetime

    @property
    def start(self) -> datetime:
        """The start of the first day, UTC."""
        midnight = self.end.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=self.days)

    @property
    def days_ms(self) -> np.ndarray:
        """The starts of all days, Unix milliseconds."""
        return np.arange(unix_milliseconds(self.start), unix_milliseconds(self.end), DAY_MS)

    @property
    def written_ms(self) -> np.ndarray:
        """The starts of the days that are written, not built."""
        days_ms, today_ms = self.days_ms, day_start(unix_milliseconds(self.end))
        before_ms = day_start(unix_milliseconds(_month_before(self.end)))
        is_built = (days_ms >= today_ms - 2 * DAY_MS) | (abs(days_ms - before_ms) <= DAY_MS)
        return days_ms[~is_built]


def _month_before(at: datetime) -> datetime:
    last_before = at.replace(day=1) - timedelta(days=1)
    return last_before.replace(day=1) + timedelta(days=at.day - 1)


def write_home_with_pair(path: Path, devices: int, circuits: range = range(0)) -> None:
    """The configuration of the made-up house, with one more device that has two sources."""
    write_home(path, devices, circuits)
    home = yaml.safe_load(path.read_text("utf-8"))
    sources = [
        {"source": "cloud", "id": "B00000000000"},
        {"source": "ble", "id": "C00000000000", "model": "plug_mini_jp"},
    ]
    place = {"room": "room_0", "shelf": "shelf_0"}
    home["devices"].append({"device": PAIR, **place, "sources": sources})
    for source in (source for device in home["devices"] for source in device["sources"]):
        # One sample a day is no silence: for each of these the power would be asked for.
        source["gap_limit_seconds"] = GAP_LIMIT_SECONDS
    path.write_text(yaml.safe_dump(home), "utf-8")


def write_ledger(database: Path, home_file: Path, house: Written) -> None:
    """Write all days but the last ones, and some events of them, into a new database."""
    engine = open_database(f"sqlite:///{database}")
    with engine.begin() as connection:
        # As if it had been built by these rules: else every month is noted before and after.
        at = {"began_at_unix_ms": house.start, "finished_at_unix_ms": house.start}
        connection.execute(insert(RulesVersion), {"version": VERSION, **at})
    days_ms = house.written_ms
    every = rules_of(load_home(home_file), NO_GIVEN).values()
    for number, of_device in enumerate(each for each in every if each.device != PAIR):
        with engine.begin() as connection:
            connection.execute(insert(LedgerDay), list(_day_rows(number, of_device, days_ms)))
            if events := list(_event_rows(of_device, days_ms)):
                connection.execute(insert(LedgerEvent), events)
    engine.dispose()


def _day_rows(number: int, rules: DeviceRules, days_ms: np.ndarray) -> Iterator[dict[str, object]]:
    """Return the rows of one device, measured by its first source throughout."""
    amounts = np.zeros((QUANTITIES, len(days_ms), SLOTS_PER_DAY), dtype=np.int64)
    chance = np.random.default_rng([SEED, number, 2])
    amounts[0] = chance.integers(0, MAX_SLOT_UWH, amounts[0].shape)
    amounts[2] = SLOT_MS
    packed = pack_days(amounts, np.zeros(amounts[0].shape, dtype=np.int64))
    stored = StoredDay(fingerprint(rules.rules_hash, {rules.sources[0]: 1}))
    sums = amounts.sum(axis=2).T.tolist()
    for day_ms, of_day, slots in zip(days_ms.tolist(), sums, packed, strict=True):
        yield day_row((rules.device, day_ms), stored, of_day, slots)


def _event_rows(rules: DeviceRules, days_ms: np.ndarray) -> Iterator[dict[str, object]]:
    """Return an open question every three months."""
    for day_ms in days_ms[:-1:EVENTS_EVERY_DAYS].tolist():
        since_ms, at_ms = day_ms, day_ms + DAY_MS // 2
        source, uwh = rules.sources[0], 10**9
        yield event_row(
            CounterEvent(rules.device, source, "doubtful_rise", since_ms, at_ms, uwh, 2 * uwh, uwh)
        )


def import_samples(url: str, house: Written) -> None:
    """Write the one sample of each written day and those of the days that are built."""
    lines = (_line(number, house) for number in range(house.devices))
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
        for line in (*lines, *_pair_lines(house)):
            body = orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY)
            http.post("/api/v1/import", content=body).raise_for_status()
        http.post("/internal/force_flush").raise_for_status()


def _line(number: int, house: Written) -> dict[str, object]:
    """Return a counter that rises evenly: a leap would be a question for a person."""
    noons_ms = house.written_ms + DAY_MS // 2
    built_ms = np.setdiff1d(house.days_ms, house.written_ms)
    minutes_ms = (built_ms[:, np.newaxis] + np.arange(0, DAY_MS, MINUTE_MS)).ravel()
    until_ms = unix_milliseconds(house.end)
    at_ms = np.sort(np.concatenate([noons_ms, minutes_ms[minutes_ms <= until_ms]]))
    kwh = np.round((at_ms - house.days_ms[0]) / DAY_MS * KWH_PER_DAY, 6)
    return {"metric": labels_of(number), "timestamps": at_ms, "values": kwh}


def _pair_lines(house: Written) -> Iterator[dict[str, object]]:
    """Return counter and power of the device with two sources."""
    minutes = PAIR_DAYS * MINUTES_PER_DAY
    at_ms = unix_milliseconds(house.end) - np.arange(minutes)[::-1] * MINUTE_MS
    kwh = counter_kwh(house.devices, minutes)
    watts = np.round(np.diff(kwh, prepend=kwh[0]) * 60_000, 1)
    for source in PAIR_SOURCES:
        labels = labels_of(0) | {"device": PAIR, "source": source}
        for name, values in (("switchbot_energy_total_kwh", kwh), ("switchbot_power_watts", watts)):
            metric = labels | {"__name__": name}
            yield {"metric": metric, "timestamps": at_ms, "values": values}
