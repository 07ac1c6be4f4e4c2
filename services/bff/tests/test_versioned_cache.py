"""What is cached of the database is never older than the database, and bounded."""

import random
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, override

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert, select

from bff.db.engine import DatabaseVersion, VersionedCache, read_session, write_session
from bff.db.migrate import open_database
from bff.db.tables import LedgerDay
from bff.energy import Integers, Slots
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
    def get[T](self, key: Hashable, read: Callable[[], T]) -> T:
        def counted() -> T:
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
    yield Ledger(NOTHING, engine, NOTHING, lambda: instant(end_ms), status, cache=Counted(version))
    version.close()
    engine.dispose()


def write_day(engine: Engine, chance: random.Random) -> None:
    """Replace a day of a device."""
    stacked = np.zeros((4, SLOTS_PER_DAY), dtype=np.int64)
    stacked[0], stacked[2] = chance.randint(1, 10**9), SLOT_MS
    slots = Slots(amounts_of(stacked), np.zeros(SLOTS_PER_DAY, dtype=np.int64))
    day_ms = START_MS + chance.randrange(DAYS) * DAY_MS
    day = KeptDay(day_ms, StoredDay("native:1"), slots)
    save_built(engine, [Built(chance.choice(DEVICES), day_ms, day_ms + DAY_MS, [day])])


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
    another, forgetful = open_database(url), replace(ledger, cache=VersionedCache())
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


def is_cached(cache: VersionedCache, key: Hashable) -> bool:
    """Return whether 8 kB are cached for a key; they are from now on."""
    reads: list[int] = []

    def read() -> Integers:
        reads.append(1)
        return np.zeros(1_000, dtype=np.int64)

    cache.get(key, read)
    return not reads


def test_the_cache_is_bounded_by_bytes() -> None:
    """What was used the longest ago goes first; what is larger than all of it is not kept."""
    cache = VersionedCache(lambda: 1, max_bytes=17_000)
    assert [is_cached(cache, key) for key in (1, 2, 1, 3)] == [False, False, True, False]
    assert [is_cached(cache, key) for key in (1, 3, 2)] == [True, True, False]
    small = VersionedCache(lambda: 1, max_bytes=8_000)
    assert [is_cached(small, key) for key in (1, 1)] == [False, False]
