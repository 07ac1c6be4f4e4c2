"""Rows and pages of the ledger that were damaged: set aside, and rebuilt from what can be read.

Derived data must not stop the costs for ever. What VictoriaMetrics has samples of is built again;
of the rest an event has the days, and a backup the slots (`python -m bff.db.backup restore-days`).
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from bff.db.engine import read_session, write_session
from bff.db.repair import rebuild_damaged
from bff.db.stored_days import row_checksum, sums_checksum
from bff.db.tables import LedgerDay
from bff.ledger.store import CHECKED, SUMS, DeviceDay, save_damage
from bff.time_grid import runs_of_days
from service_kit.obstacles import sqlite_file

LOG = logging.getLogger(__name__)


def mend(engine: Engine, known: Collection[DeviceDay]) -> int:
    """Rebuild damaged tables from their readable rows, and delete rows that are not as saved.

    Args:
        engine: The database.
        known: The days that were stored, as far as the ledger has them in memory.

    Returns:
        How many days are gone.
    """
    path = sqlite_file(engine.url)
    indexed = None if path is None else rebuild_damaged(path)
    with write_session(engine) as session:
        lost = set(_damaged_days(session))
        for device, day_ms in lost:
            is_day = (LedgerDay.device == device, LedgerDay.day_unix_ms == day_ms)
            session.execute(delete(LedgerDay).where(*is_day))
        if indexed is not None:
            rows = session.execute(select(LedgerDay.device, LedgerDay.day_unix_ms))
            lost |= (set(known) | indexed) - {(device, day_ms) for device, day_ms in rows}
        _save_events(session, lost)
    LOG.error("the ledger was damaged: %d days are rebuilt from the samples there are", len(lost))
    return len(lost)


def find_damaged(engine: Engine) -> set[DeviceDay]:
    """Return the stored days that are not as they were saved."""
    with read_session(engine) as session:
        return set(_damaged_days(session))


def _damaged_days(session: Session) -> Iterator[DeviceDay]:
    columns = (LedgerDay.device, LedgerDay.day_unix_ms, *CHECKED, LedgerDay.sums_checksum)
    for row in session.execute(select(*columns)).yield_per(1_000):
        device, day_ms, sums = row.device, row.day_unix_ms, tuple(row[2 : 2 + len(SUMS)])
        computed = (
            row_checksum(device, day_ms, sums, row.made_from, row.slots),
            sums_checksum(device, day_ms, sums),
        )
        if computed != (row.checksum, row.sums_checksum):
            yield device, day_ms


def _save_events(session: Session, lost: Collection[DeviceDay]) -> None:
    """Save an event for each run of days of a device."""
    by_device: dict[str, list[int]] = defaultdict(list)
    for device, day_ms in sorted(lost):
        by_device[device].append(day_ms)
    for device, days_ms in by_device.items():
        for run in runs_of_days(days_ms):
            save_damage(session, device, run)
