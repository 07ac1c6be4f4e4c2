"""Splits of slots, pure and saved: the arrays hold what a simple look at each split gives."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, override
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from bff.db.backup import BackupSettings, restore_days, save
from bff.db.engine import read_session, write_session
from bff.db.migrate import open_database
from bff.db.tables import LedgerSplit, UnitPrice
from bff.energy import Integers
from bff.ledger import partial_slots
from bff.ledger.fetch import SamplesBySource, SampleSource
from bff.ledger.partial_slots import (
    NO_SPLITS,
    Cuts,
    SplitCache,
    Splits,
    Wanted,
    even,
    split_slots,
)
from bff.ledger.sample_counts import DeviceDays
from bff.ledger.saved_splits import save_splits, select_splits
from bff.ledger.slots import DeviceRules
from bff.time_grid import DAY_MS, SLOT_MS, Interval, instant
from bff.victoriametrics.counters import CounterSelection
from energy_rules.limits import Limits
from energy_rules.sources import NO_SAMPLES, Samples

START_MS = 1_772_323_200_000
DAYS = 40
SOURCES = ("cloud", "ble")
LIMITS = Limits(4_000_000, 600_000)
NOWHERE: Any = None

Known = dict[tuple[str, int], tuple[list[int], list[int]]]


@dataclass(frozen=True)
class Remembered(SampleSource):
    """Samples of several devices that are there already; remembers what was asked for."""

    there: Mapping[str, SamplesBySource] = field(default_factory=dict)
    asked: list[tuple[Sequence[str], Interval]] = field(default_factory=list)

    @override
    def fetch(self, devices: Sequence[str], interval: Interval) -> dict[str, SamplesBySource]:
        self.asked.append((devices, interval))
        return {
            device: {name: _within(one, interval) for name, one in self.there[device].items()}
            for device in devices
        }


def _within(samples: Samples, interval: Interval) -> Samples:
    first, end = np.searchsorted(samples.at_ms, [interval.start_ms, interval.end_ms])
    return samples.part(slice(int(first), int(end)))


def remembered(there: Mapping[str, SamplesBySource]) -> Remembered:
    selection = CounterSelection("h", (), ())
    return Remembered(NOWHERE, selection, START_MS + (DAYS + 9) * DAY_MS, there=there)


def counter(chance: np.random.Generator) -> Samples:
    """A sample about every minute, each of them higher."""
    gaps_ms = chance.integers(30_000, 90_000, DAYS * 1440)
    uwh = np.cumsum(chance.integers(2_000, 9_000, len(gaps_ms)))
    return Samples(START_MS + np.cumsum(gaps_ms), uwh)


def energy_up_to(samples: Samples, at_ms: int) -> int:
    """The counter at an instant: between two samples it rises evenly."""
    before = int(np.searchsorted(samples.at_ms, at_ms, side="right")) - 1
    start_ms, end_ms = samples.at_ms[before : before + 2].tolist()
    start_uwh, end_uwh = samples.uwh[before : before + 2].tolist()
    return start_uwh + (end_uwh - start_uwh) * (at_ms - start_ms) // (end_ms - start_ms)


def amounts(samples: Samples, start_ms: int, end_ms: int) -> list[int]:
    uwh = energy_up_to(samples, end_ms) - energy_up_to(samples, start_ms)
    return [uwh, 0, end_ms - start_ms, 0]


def columns(rows: Sequence[Sequence[int]]) -> Integers:
    return np.array(rows, dtype=np.int64).reshape(-1, 4).T


def rules(device: str) -> DeviceRules:
    return DeviceRules(device, SOURCES, (LIMITS,) * len(SOURCES), "")


def without_samples(device: str) -> DeviceDays:
    return DeviceDays(rules(device), [{}, {}])


def cut_instants(chance: np.random.Generator, count: int) -> list[int]:
    """Instants inside of slots, crowded in some places and rare in others."""
    from_ms, to_ms = START_MS + DAY_MS, START_MS + (DAYS - 8) * DAY_MS
    crowded = chance.integers(from_ms, from_ms + DAY_MS, count // 2)
    found = np.unique(np.concatenate([crowded, chance.integers(from_ms, to_ms, count // 2)]))
    return found[found % SLOT_MS > 0].tolist()


def slot_of(at_ms: int) -> tuple[int, int]:
    return at_ms // SLOT_MS * SLOT_MS, at_ms // SLOT_MS * SLOT_MS + SLOT_MS


@pytest.mark.parametrize("seed", range(4))
def test_many_devices_are_split_as_each_slot_by_itself(seed: int) -> None:
    """Exact to the micro-watt-hour, by the source of each slot, in a few requests."""
    chance = np.random.default_rng(seed)
    devices = [f"d{number}" for number in range(7)]
    there = {device: {name: counter(chance) for name in SOURCES} for device in devices}
    wanted, expected = dict[str, Wanted](), dict[str, Integers]()
    for device in devices:
        at = cut_instants(chance, int(chance.integers(2, 300)))
        of_slot = {slot_of(at_ms): int(chance.integers(len(SOURCES))) for at_ms in at}
        source = [of_slot[slot_of(at_ms)] for at_ms in at]
        used = [there[device][SOURCES[each]] for each in source]
        pairs = list(zip(used, at, strict=True))
        slots = columns([amounts(samples, *slot_of(at_ms)) for samples, at_ms in pairs])
        expected[device] = columns(
            [amounts(samples, slot_of(at_ms)[0], at_ms) for samples, at_ms in pairs]
        )
        wanted[device] = Wanted(Cuts(np.array(at), slots), np.array(source))
    samples = remembered(there)
    found = split_slots(samples, {each: rules(each) for each in devices}, without_samples, wanted)
    for device in devices:
        assert found[device].is_exact.all()
        assert (found[device].up_to == expected[device]).all()
    assert len(samples.asked) < 2 * DAYS


def test_what_is_late_or_lost_is_not_exact() -> None:
    """A slot that samples show more of than was stored holds; one without samples is even."""
    chance = np.random.default_rng(9)
    there = {"late": {"cloud": counter(chance)}, "lost": {"cloud": NO_SAMPLES}}
    at_ms = START_MS + 2 * DAY_MS + 400_001
    slot = amounts(there["late"]["cloud"], *slot_of(at_ms))
    stored = [slot[0] - 1, *slot[1:]]
    cuts = Cuts(np.array([at_ms]), columns([stored]))
    wanted = dict.fromkeys(there, Wanted(cuts, np.array([0])))
    of_each = {device: rules(device) for device in there}
    found = split_slots(remembered(there), of_each, without_samples, wanted)
    assert not found["late"].is_exact.any()
    assert not found["lost"].is_exact.any()
    part = amounts(there["late"]["cloud"], slot_of(at_ms)[0], at_ms)
    assert found["late"].up_to[:, 0].tolist() == part
    assert found["lost"].up_to[:, 0].tolist() == [each * 400_001 // SLOT_MS for each in stored]


def renewed_counter(chance: np.random.Generator) -> Samples:
    """A sample about every minute; the value is renewed about every two minutes."""
    at_ms = START_MS + np.cumsum(chance.integers(58_000, 62_000, 10 * 1440))
    renewed_ms = START_MS + np.cumsum(chance.integers(105_000, 135_000, 10 * 720))
    energy_uwh = np.cumsum(chance.integers(2_000, 9_000, len(renewed_ms)))
    shown = np.searchsorted(renewed_ms, at_ms, side="right")
    return Samples(at_ms, np.append(0, energy_uwh)[shown])


def test_a_split_does_not_depend_on_where_else_a_request_cuts() -> None:
    """What is learned of these samples is other than what the slots were built by."""
    chance = np.random.default_rng(11)
    samples = remembered({"d": {"cloud": renewed_counter(chance)}})
    at = np.unique(chance.integers(START_MS + DAY_MS, START_MS + 3 * DAY_MS, 40))
    stored = np.tile(columns([[70_000, 0, SLOT_MS, 0]]), (1, len(at)))
    cuts, of_each = Cuts(at, stored), {"d": rules("d")}

    def split(some: Cuts) -> Integers:
        wanted = {"d": Wanted(some, np.zeros(len(some), dtype=np.int64))}
        return split_slots(samples, of_each, without_samples, wanted)["d"].up_to

    alone = [split(cuts.part(slice(each, each + 1))) for each in range(len(cuts))]
    assert (split(cuts) == np.concatenate(alone, axis=1)).all()


def test_a_slot_of_a_slow_counter_is_split_although_its_change_is_far() -> None:
    """Its time is measured and its energy is not seen: that does not all lie behind the cut."""
    at_ms = START_MS + 60_000 * np.arange(3 * 1440)
    still = Samples(at_ms, np.full(len(at_ms), 17_000_000_000))
    cut_ms = START_MS + DAY_MS + SLOT_MS // 3
    cuts = Cuts(np.array([cut_ms]), columns([[62_500_000, 0, SLOT_MS, 0]]))
    source = remembered({"d": {"cloud": still}})
    wanted = {"d": Wanted(cuts, np.array([0]))}
    found = split_slots(source, {"d": rules("d")}, without_samples, wanted)["d"]
    assert not found.is_exact.any()
    assert found.up_to[:, 0].tolist() == [62_500_000 // 3, 0, SLOT_MS // 3, 0]


@given(st.lists(st.integers(0, 2**62), min_size=4, max_size=4), st.integers(0, SLOT_MS - 1))
def test_a_slot_is_split_evenly_as_by_unbounded_integers(slot: list[int], within_ms: int) -> None:
    """However much energy a counter claims."""
    cuts = Cuts(np.array([START_MS + within_ms]), columns([slot]))
    assert even(cuts)[:, 0].tolist() == [each * within_ms // SLOT_MS for each in slot]


def random_splits(chance: np.random.Generator, instants: Sequence[int]) -> Splits:
    """Some of these instants, each in one of three slots of other amounts."""
    at_ms = np.sort(chance.choice(instants, int(chance.integers(1, len(instants))), replace=False))
    slot = np.tile(chance.integers(1, 4, len(at_ms)), (4, 1)) * 1_000
    return Splits(Cuts(at_ms, slot), slot * (at_ms % SLOT_MS) // SLOT_MS)


def known_of(device: str, splits: Splits) -> Known:
    rows = zip(
        splits.cuts.at_ms.tolist(),
        splits.cuts.slot.T.tolist(),
        splits.up_to.T.tolist(),
        strict=True,
    )
    return {(device, at_ms): (slot, up_to) for at_ms, slot, up_to in rows}


INSTANTS = [START_MS + 1 + number * 5_000_017 for number in range(60)]


def set_price_edges(engine: Engine, instants: Sequence[int]) -> None:
    with write_session(engine) as session:
        for at_ms in instants:
            begins = instant(at_ms)
            row = UnitPrice(price_per_kwh=Decimal(1), currency="JPY", valid_from=begins, note="")
            session.add(row)


@pytest.mark.parametrize("seed", range(6))
def test_the_cache_and_what_is_saved_are_those_of_a_simple_table(tmp_path: Path, seed: int) -> None:
    """Of two slots at one instant the later one is kept; only edges of prices are saved."""
    chance = np.random.default_rng(seed)
    engine = open_database(f"sqlite:///{tmp_path / 'bff.db'}")
    set_price_edges(engine, INSTANTS[::2])
    cache, known = SplitCache(), Known()
    for _ in range(8):
        device = f"d{chance.integers(3)}"
        splits = random_splits(chance, INSTANTS)
        cache.put({device: splits}, is_saved=False)
        known |= known_of(device, splits)
        if chance.random() < 0.5:
            save_splits(engine, cache)
            assert not cache.has_unsaved
    save_splits(engine, cache)
    engine.dispose()
    devices, from_cache = ["d0", "d1", "d2"], Known()
    for device in devices:
        from_cache |= known_of(device, cache.get(device))
    assert from_cache == known
    edges = {key: each for key, each in known.items() if key[1] in INSTANTS[::2]}
    assert saved_in(tmp_path / "bff.db", devices) == edges


def test_a_split_is_only_found_of_its_very_slot() -> None:
    """A rebuild that changes a slot makes what it was split into worthless."""
    cuts = Cuts(np.array([10, 20, 30]), columns([[4, 0, 9, 0]] * 3))
    splits = Splits(cuts, columns([[1, 0, 3, 0]] * 3))
    wanted = Cuts(np.array([5, 20, 30, 35]), columns([[4, 0, 9, 0]] * 2 + [[4, 1, 9, 0]] * 2))
    position, is_there = splits.find(wanted)
    assert is_there.tolist() == [False, True, False, False]
    assert position[is_there].tolist() == [1]
    assert not NO_SPLITS.find(wanted)[1].any()


def test_what_is_saved_never_replaces_what_is_still_to_be_saved() -> None:
    """Another instant of the day may be asked for between a rebuild and the worker's saving."""
    cache, (at_ms, *_) = SplitCache(), INSTANTS
    before = Splits(Cuts(np.array([at_ms]), columns([[4, 0, 9, 0]])), columns([[1, 0, 3, 0]]))
    after = Splits(Cuts(np.array([at_ms]), columns([[8, 0, 9, 0]])), columns([[2, 0, 3, 0]]))
    cache.put({"a": after}, is_saved=False)
    cache.put({"a": before}, is_saved=True)
    assert cache.get("a").find(after.cuts)[1].all()
    cache.set_saved(cache.unsaved())
    cache.put({"a": before}, is_saved=True)
    assert cache.get("a").find(before.cuts)[1].all()


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices that nothing was added to for the longest are dropped; of one device the oldest."""
    monkeypatch.setattr(partial_slots, "MAX_CACHED", 50)
    cache, chance = SplitCache(), np.random.default_rng(1)
    for number in range(20):
        splits = random_splits(chance, INSTANTS[:40])
        cache.put({f"d{number % 5}": splits}, is_saved=False)
        assert cache.get(f"d{number % 5}").find(splits.cuts)[1].all()
        assert sum(len(cache.get(f"d{each}")) for each in range(5)) <= 50
        assert sum(map(len, cache.unsaved().values())) <= 50
    at_ms = np.array(INSTANTS)
    cache.put(
        {"a": Splits(Cuts(at_ms, np.ones((4, 60), int)), np.ones((4, 60), int))}, is_saved=True
    )
    assert cache.get("a").cuts.at_ms.tolist() == INSTANTS[10:]


OLD_TABLE = """
    DROP TABLE ledger_day_versions;
    DROP TABLE table_versions;
    DROP TABLE ledger_splits;
    CREATE TABLE ledger_splits (device VARCHAR(63) NOT NULL, at_unix_ms BIGINT NOT NULL,
        amounts BLOB NOT NULL, checksum BIGINT NOT NULL, PRIMARY KEY (device, at_unix_ms));
    UPDATE alembic_version SET version_num = '0013';
"""


def old_row(device: str, at_ms: int, slot: list[int], up_to: list[int]) -> tuple[object, ...]:
    packed = np.array([slot, up_to], dtype="<i8").tobytes()
    return device, at_ms, packed, crc32(packed, crc32(f"{device} {at_ms}".encode()))


def saved_in(path: Path, devices: Sequence[str]) -> Known:
    engine = open_database(f"sqlite:///{path}")
    asked = Cuts(np.array(INSTANTS), np.zeros((4, len(INSTANTS)), dtype=np.int64))
    with read_session(engine) as session:
        saved = select_splits(session, dict.fromkeys(devices, asked))
    engine.dispose()
    found = Known()
    for device, splits in saved.items():
        found |= known_of(device, splits)
    return found


def test_what_the_version_before_saved_stays(tmp_path: Path) -> None:
    """It had a row for each instant; a damaged one is left behind."""
    path = tmp_path / "bff.db"
    open_database(f"sqlite:///{path}").dispose()
    chance, known = np.random.default_rng(3), Known()
    for device in ("a", "b"):
        known |= known_of(device, random_splits(chance, INSTANTS))
    rows = [old_row(*key, *each) for key, each in known.items()]
    chance.shuffle(rows)
    damaged = "a", INSTANTS[-1] + DAY_MS, rows[0][2], 1
    with closing(sqlite3.connect(path)) as database, database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.executescript(OLD_TABLE)
        insert = "INSERT INTO ledger_splits VALUES (?, ?, ?, ?)"
        database.executemany(insert, [*rows, damaged])
    assert saved_in(path, ["a", "b"]) == known


def test_splits_of_a_backup_come_back_beside_newer_ones(tmp_path: Path) -> None:
    """Of one instant the newer one stays, though both are in the row of one day."""
    path = tmp_path / "bff.db"
    settings = BackupSettings.model_validate(
        {"database_url": f"sqlite:///{path}", "backup_dir": tmp_path / "backup"}
    )
    chance, cache = np.random.default_rng(5), SplitCache()
    engine = open_database(f"sqlite:///{path}")
    set_price_edges(engine, INSTANTS)
    older, newer = random_splits(chance, INSTANTS), random_splits(chance, INSTANTS)
    cache.put({"a": older, "b": older}, is_saved=False)
    save_splits(engine, cache)
    save(settings)
    with write_session(engine) as session:
        session.execute(delete(LedgerSplit))
    cache.put({"a": newer}, is_saved=False)
    save_splits(engine, cache)
    engine.dispose()
    restore_days(settings)
    both = known_of("b", older) | known_of("a", older) | known_of("a", newer)
    assert saved_in(path, ["a", "b"]) == both
