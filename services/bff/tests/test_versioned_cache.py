"""What is cached of the database is never older than the database, and bounded."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, override

import numpy as np
import pytest
from sqlalchemy import Engine, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from bff.db.engine import (
    BoundedCache,
    DatabaseVersion,
    Read,
    VersionedCache,
    read_session,
    write_session,
)
from bff.db.migrate import open_database
from bff.db.repair import rebuild_damaged
from bff.db.tables import METADATA, VERSIONS, FoundSource, LedgerDay, LedgerDayVersion
from bff.energy import Integers, Slots
from bff.ledger import query
from bff.ledger.archive import KeptDay
from bff.ledger.ledger import Ledger, SharedStatus
from bff.ledger.query import energy_between
from bff.ledger.sample_counts import StoredDay
from bff.ledger.slots import DeviceRules, OpenSlots, RecentSamples
from bff.ledger.store import Built, save_built
from bff.time_grid import DAY_MS, SLOT_MS, SLOTS_PER_DAY, instant
from energy_rules.sources import amounts_of

START_MS = 20_500 * DAY_MS
DAYS = 3
DEVICES = ("kettle", "fridge")
NOTHING: Any = None
ANOTHER_PROCESS = """
import sys, sqlalchemy
with sqlalchemy.create_engine(sys.argv[1]).begin() as connection:
    connection.execute(sqlalchemy.text("DELETE FROM ledger_days WHERE device = 'kettle'"))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bff.db'}"
    return request.getfixturevalue("postgresql_url")


class Counted(VersionedCache):
    """Counts how often the database was read."""

    reads = 0

    @override
    def get[T](self, key: Hashable, read: Callable[[], Read[T]]) -> T:
        def counted() -> Read[T]:
            self.reads += 1
            return read()

        return super().get(key, counted)


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A ledger without a worker, which caches sums."""
    engine = open_database(url)
    version = DatabaseVersion(engine)
    end_ms = START_MS + DAYS * DAY_MS
    recent = {device: RecentSamples(DeviceRules(device, (), (), ""), {}) for device in DEVICES}
    status = SharedStatus()
    status.update(
        watermark_ms=end_ms, open_slots=OpenSlots(end_ms, end_ms, recent), counted_from_ms=0
    )
    yield Ledger(
        NOTHING,
        engine,
        NOTHING,
        lambda: instant(end_ms),
        status,
        cache=Counted(version, version.of_tables),
    )
    version.close()
    engine.dispose()


def write_day(engine: Engine, chance: random.Random, day: int | None = None) -> None:
    """Replace a day of a device."""
    stacked = np.zeros((4, SLOTS_PER_DAY), dtype=np.int64)
    stacked[0], stacked[2] = chance.randint(1, 10**9), SLOT_MS
    slots = Slots(amounts_of(stacked), np.zeros(SLOTS_PER_DAY, dtype=np.int64))
    day_ms = START_MS + (chance.randrange(DAYS) if day is None else day) * DAY_MS
    kept = KeptDay(day_ms, StoredDay("native:1"), slots)
    save_built(engine, [Built(chance.choice(DEVICES), day_ms, day_ms + DAY_MS, [kept])])


def lose_days(engine: Engine, chance: random.Random) -> None:
    """Delete all days of a device."""
    with write_session(engine) as session:
        session.execute(delete(LedgerDay).where(LedgerDay.device == chance.choice(DEVICES)))


def restore(engine: Engine, chance: random.Random) -> None:
    """Replace the whole table by an older state of it, or by nothing."""
    with read_session(engine) as session:
        rows = [dict(row) for row in session.execute(select(LedgerDay.__table__)).mappings()]
    write_day(engine, chance)
    with write_session(engine) as session:
        session.execute(delete(LedgerDay))
        if rows:
            session.execute(insert(LedgerDay), rows)


@pytest.mark.parametrize("seed", range(5))
def test_no_answer_is_older_than_the_database(seed: int, url: str, ledger: Ledger) -> None:
    """Whichever connection changed it, and however."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, not a secret
    another = open_database(url)
    forgetful = replace(ledger, cache=VersionedCache(), days=BoundedCache(0))
    asked = [sorted(chance.sample(range(DAYS * SLOTS_PER_DAY), 3)) for _ in range(3)]
    for _ in range(40):
        if chance.random() < 0.3:
            change = chance.choice([write_day, write_day, lose_days, restore])
            change(chance.choice([ledger.engine, another]), chance)
        edges = [START_MS + slot * SLOT_MS for slot in chance.choice(asked)]
        found = energy_between(ledger, DEVICES, edges).stacked()
        assert (found == energy_between(forgetful, DEVICES, edges).stacked()).all()
    another.dispose()
    assert isinstance(ledger.cache, Counted)
    assert 0 < ledger.cache.reads < 40


def test_a_commit_has_only_the_days_read_again_that_it_changed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else was committed."""
    days_read: list[list[int]] = []
    select_packed = query.select_packed

    def counted(session: Session, devices: Sequence[str], days_ms: Sequence[int]) -> object:
        days_read.append([(day_ms - START_MS) // DAY_MS for day_ms in days_ms])
        return select_packed(session, devices, days_ms)

    monkeypatch.setattr(query, "select_packed", counted)
    edges = [START_MS + slot * SLOT_MS for slot in range(0, DAYS * SLOTS_PER_DAY, 10)]
    chance = random.Random(0)  # noqa: S311
    energy_between(ledger, DEVICES, edges)
    write_day(ledger.engine, chance, day=1)
    energy_between(ledger, DEVICES, edges)
    with write_session(ledger.engine) as session:
        session.add(FoundSource(device="kettle", source="matter", number=0))
    energy_between(ledger, DEVICES, edges)
    assert days_read == [[0, 1, 2], [1]]


@pytest.mark.parametrize("change", [lose_days, write_day])
def test_every_statement_that_changes_a_day_changes_its_version(
    change: Callable[[Engine, random.Random], None], ledger: Ledger
) -> None:
    """An insert, a deletion and an update; that of no other day."""
    chance = random.Random(1)  # noqa: S311
    for day in [*range(DAYS)] * 5:
        write_day(ledger.engine, chance, day=day)
    before, rows = versions_and_rows(ledger.engine)
    change(ledger.engine, chance)
    after, changed_rows = versions_and_rows(ledger.engine)
    changed = {day for day in before if rows.get(day) != changed_rows.get(day)}
    assert changed
    assert changed <= {day for day in before if before[day] != after[day]}
    with write_session(ledger.engine) as session:
        session.execute(update(LedgerDay).values(is_stale=True))
    updated, _ = versions_and_rows(ledger.engine)
    assert {day for day in changed_rows if updated[day] == after[day]} == set()


def versions_and_rows(engine: Engine) -> tuple[dict[int, int], dict[int, set[int]]]:
    """Return the version of each day, and the checksums of its rows."""
    with read_session(engine) as session:
        versions = {
            row.day_unix_ms: row.version for row in session.scalars(select(LedgerDayVersion))
        }
        rows: dict[int, set[int]] = {}
        for row in session.scalars(select(LedgerDay)):
            rows.setdefault(row.day_unix_ms, set()).add(row.checksum)
    return versions, rows


def test_another_process_that_writes_is_noticed(url: str, ledger: Ledger) -> None:
    """At the next answer."""
    write_day(ledger.engine, random.Random(0))  # noqa: S311
    edges = [START_MS, START_MS + DAYS * DAY_MS]
    assert energy_between(ledger, DEVICES, edges).measured_uwh.any()
    subprocess.run([sys.executable, "-c", ANOTHER_PROCESS, url], check=True)  # noqa: S603 - written above
    with read_session(ledger.engine) as session:
        left = session.scalars(select(LedgerDay.device)).all()
    found = energy_between(ledger, DEVICES, edges).measured_uwh[:, 0]
    assert [device for device, uwh in zip(DEVICES, found, strict=True) if uwh] == left


def test_every_table_has_a_version_on_sqlite(tmp_path: Path) -> None:
    """A new table needs its triggers, or what is cached of it would outlive its changes."""
    engine = open_database(f"sqlite:///{tmp_path / 'bff.db'}")
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT tbl_name, sql FROM sqlite_master WHERE sql LIKE '%INTO table_versions%'")
        )
        watched = {(table, sql.split(" AFTER ")[1].split()[0]) for table, sql in found}
    engine.dispose()
    tables = METADATA.tables.keys() - {model.__tablename__ for model in VERSIONS}
    assert watched == {(each, event) for each in tables for event in ("INSERT", "UPDATE", "DELETE")}


@pytest.mark.parametrize("damaged", [["table_versions"], ["ledger_day_versions", "ledger_days"]])
def test_versions_that_are_damaged_are_made_anew(tmp_path: Path, damaged: Sequence[str]) -> None:
    """With the triggers that write them; what was cached by those of before is read again."""
    path, chance = tmp_path / "bff.db", random.Random(2)  # noqa: S311
    engine = open_database(f"sqlite:///{path}")
    for day in range(DAYS):
        write_day(engine, chance, day=day)
    version = DatabaseVersion(engine)
    cache = VersionedCache(version, version.of_tables)
    assert cache.select(engine, "days", count_days) == DAYS
    version.close()
    engine.dispose()
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?"
        pages = [database.execute(query, (table,)).fetchone()[0] for table in damaged]
    content = bytearray(path.read_bytes())
    for page in pages:
        content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    assert rebuild_damaged(path) is not None
    for _ in range(2):
        with read_session(engine) as session:
            stored = count_days(session)
        assert cache.select(engine, "days", count_days) == stored
        write_day(engine, chance, day=0)
    versions, rows = versions_and_rows(engine)
    assert rows.keys() <= versions.keys()
    version.close()
    engine.dispose()


def count_days(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LedgerDay)) or 0


def found_sources(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(FoundSource)) or 0


def days_of_them(session: Session) -> int:
    """Depends on a table that is named in a subquery alone."""
    found = select(FoundSource.device)
    return session.scalar(select(func.count()).where(LedgerDay.device.in_(found))) or 0


def test_a_read_holds_until_a_table_that_it_names_changes(ledger: Ledger) -> None:
    """On PostgreSQL until any commit."""
    assert isinstance(ledger.cache, Counted)
    engine, chance, selects = ledger.engine, random.Random(0), (found_sources, days_of_them)  # noqa: S311

    def are_new() -> bool:
        cached = [ledger.cache.select(engine, each, each) for each in selects]
        with read_session(engine) as session:
            return cached == [each(session) for each in selects]

    assert are_new()
    assert are_new()
    assert ledger.cache.reads == 2
    write_day(engine, chance, day=0)
    assert are_new()
    assert ledger.cache.reads == (3 if engine.dialect.name == "sqlite" else 4)
    for statement in (
        insert(FoundSource).values(
            [{"device": each, "source": "a", "number": 0} for each in DEVICES]
        ),
        update(FoundSource).where(FoundSource.device == "kettle").values(device="lamp"),
        delete(FoundSource).where(FoundSource.device == "fridge"),
    ):
        with write_session(engine) as session:
            session.execute(statement)
        assert are_new()


def is_cached(cache: VersionedCache, key: Hashable) -> bool:
    """Return whether 8 kB are cached for a key; they are from now on."""
    reads: list[int] = []

    def read() -> Read[Integers]:
        reads.append(1)
        return Read(np.zeros(1_000, dtype=np.int64))

    cache.get(key, read)
    return not reads


def test_the_cache_is_bounded_by_bytes() -> None:
    """What was used the longest ago goes first; what is larger than all of it is not kept."""
    cache = VersionedCache(lambda: 1, max_bytes=17_000)
    assert [is_cached(cache, key) for key in (1, 2, 1, 3)] == [False, False, True, False]
    assert [is_cached(cache, key) for key in (1, 3, 2)] == [True, True, False]
    small = VersionedCache(lambda: 1, max_bytes=8_000)
    assert [is_cached(small, key) for key in (1, 1)] == [False, False]
