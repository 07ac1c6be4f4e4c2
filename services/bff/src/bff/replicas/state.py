"""What several BFFs on one database share of the ledger, besides its stored slots.

One row: which of them is the worker, and the worker's state. And the days that a request to any of
them invalidated: written in the transaction of the request, so that from its commit on no BFF
serves these days, and deleted in the transaction in which the worker saves them as stale.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from bff.db.tables import LedgerInvalidation, LedgerWorkerState
from bff.ledger.ledger import LedgerStatus, RebuildProgress, Rules
from bff.ledger.slots import DeviceRules
from bff.time_grid import DAY_MS, Interval, day_start, runs_of_days

STATE_ID = 1

type Stale = Mapping[str, frozenset[int]]


class SharedRebuild(BaseModel):
    """The progress of rebuilding stale days, without the clock of one process."""

    model_config = ConfigDict(frozen=True)

    elapsed_seconds: float
    done_samples: int
    left_samples: int


class SharedState(BaseModel):
    """The worker's state, as far as the others depend on it.

    Attributes:
        counted_from_ms: Earlier days are not compared with VictoriaMetrics yet.
        stale_runs: The first day of each run of stale days and its end, by device.
        rules: The fingerprint of the rules that stored slots are built by, by device.
    """

    model_config = ConfigDict(frozen=True)

    counted_from_ms: int | None = None
    stale_runs: Mapping[str, Sequence[tuple[int, int]]] = {}
    rules: Mapping[str, str] = {}
    is_damaged: bool = False
    rebuild: SharedRebuild | None = None

    def stale(self) -> Stale:
        """Return the stale days by device."""
        return {
            device: frozenset(day for first, end in runs for day in range(first, end, DAY_MS))
            for device, runs in self.stale_runs.items()
        }

    def rebuild_progress(self) -> RebuildProgress | None:
        """Return the progress by this process' clock."""
        if self.rebuild is None:
            return None
        since_s = time.monotonic() - self.rebuild.elapsed_seconds
        return RebuildProgress(since_s, self.rebuild.done_samples, self.rebuild.left_samples)


@dataclass(frozen=True, slots=True)
class Invalidation:
    """Days that are invalid since a request; of all devices where `device` is None."""

    row_id: int
    device: str | None
    days: Interval
    is_damage: bool

    def stale_days(self) -> frozenset[int]:
        """Return the UTC days."""
        return frozenset(range(day_start(self.days.start_ms), self.days.end_ms, DAY_MS))


def shared_state_of(status: LedgerStatus) -> SharedState:
    """Return what the others need of the worker's status."""
    runs = {device: runs_of_days(sorted(days)) for device, days in status.stale.items() if days}
    return SharedState(
        counted_from_ms=status.counted_from_ms,
        stale_runs={
            device: [(run.start_ms, run.end_ms) for run in found] for device, found in runs.items()
        },
        rules=rules_fingerprints(status.rules),
        is_damaged=status.is_damaged,
        rebuild=None if status.rebuild is None else _shared_rebuild(status.rebuild),
    )


def _shared_rebuild(rebuild: RebuildProgress) -> SharedRebuild:
    return SharedRebuild(
        elapsed_seconds=time.monotonic() - rebuild.since_s,
        done_samples=rebuild.done_samples,
        left_samples=rebuild.left_samples,
    )


def rules_fingerprints(rules: Rules) -> Mapping[str, str]:
    """Return a text for each device that changes when its energy may be another one."""
    return {device: _fingerprint(each) for device, each in rules.items()}


def _fingerprint(rules: DeviceRules) -> str:
    decisive = (rules.rules_hash, rules.sources, rules.limits, rules.answers, rules.former_orders)
    return sha256(repr(decisive).encode()).hexdigest()[:12]


def select_shared(session: Session) -> tuple[str, SharedState]:
    """Select the name of the worker, empty where there never was one, and its state."""
    columns = (LedgerWorkerState.worker, LedgerWorkerState.state)
    row = session.execute(select(*columns).where(LedgerWorkerState.id == STATE_ID)).one_or_none()
    if row is None:
        return "", SharedState()
    return row.worker, _parse(row.state)


# At every request, and it rarely changes.
@lru_cache(maxsize=1)
def _parse(state: str) -> SharedState:
    return SharedState.model_validate_json(state)


def save_worker(connection: Connection, worker: str) -> None:
    """Save who the worker is from now on; only for the holder of the lock."""
    is_row = LedgerWorkerState.id == STATE_ID
    if connection.execute(update(LedgerWorkerState).where(is_row).values(worker=worker)).rowcount:
        return
    row = {"id": STATE_ID, "worker": worker, "state": SharedState().model_dump_json()}
    connection.execute(insert(LedgerWorkerState).values(row))


def save_state(
    connection: Connection, worker: str, state: SharedState, handled: Sequence[Invalidation]
) -> bool:
    """Save the worker's state, which contains what was invalidated by these.

    Returns:
        Whether it still is the worker; nothing is saved otherwise.
    """
    is_own = (LedgerWorkerState.id == STATE_ID, LedgerWorkerState.worker == worker)
    values = {"state": state.model_dump_json()}
    if not connection.execute(update(LedgerWorkerState).where(*is_own).values(values)).rowcount:
        return False
    ids = [each.row_id for each in handled]
    if ids:
        connection.execute(delete(LedgerInvalidation).where(LedgerInvalidation.id.in_(ids)))
    return True


def select_invalidations(session: Session) -> Sequence[Invalidation]:
    """Select what the worker has not taken yet."""
    rows = session.scalars(select(LedgerInvalidation).order_by(LedgerInvalidation.id))
    return [
        Invalidation(
            row.id, row.device, Interval(row.start_unix_ms, row.end_unix_ms), row.is_damage
        )
        for row in rows
    ]
