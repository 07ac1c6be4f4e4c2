"""Several BFFs on one PostgreSQL: one is the worker of the ledger, the others follow it.

The worker holds an advisory lock on a connection of its own. PostgreSQL releases it when that
connection ends: at a stop, at a kill, and at most half a minute after the worker's node is gone.
Whoever gets the lock then is the worker. Every transaction in which a worker writes slots checks
that it still is the worker, as the lock may be lost while a task runs.

Every request begins with `follow`, so that a BFF serves no days that a request to another one has
invalidated.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from uuid import uuid4

from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bff.db.engine import read_session, write_session
from bff.db.tables import LedgerWorkerState
from bff.ledger.ledger import SharedStatus
from bff.ledger.slots import OpenSlots
from bff.ledger.store import save_invalidation, select_watermark
from bff.replicas.state import (
    STATE_ID,
    Invalidation,
    SharedState,
    Stale,
    rules_fingerprints,
    save_state,
    save_worker,
    select_invalidations,
    select_shared,
    shared_state_of,
)
from bff.time_grid import FAR_FUTURE_MS, Interval

LOG = logging.getLogger(__name__)

WORKER_LOCK = 7_716_002
# PostgreSQL finds out within these that the worker's machine is gone.
KEEPALIVE = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
}


class NotTheWorkerError(Exception):
    """Another BFF has become the worker of the ledger meanwhile."""

    def __init__(self) -> None:
        super().__init__("another BFF is the worker of the ledger now")


class Replicas:
    """The part of one BFF among those that share a PostgreSQL. May be used from several threads.

    Args:
        engine: The database.
        status: The status of this BFF's ledger.
        on_follow: Called with a session at each `follow`, to load what requests to others changed.
    """

    def __init__(
        self, engine: Engine, status: SharedStatus, on_follow: Callable[[Session], None]
    ) -> None:
        self._name = uuid4().hex
        self.engine = engine
        self.status = status
        self._on_follow = on_follow
        self._connection: Connection | None = None
        self._following = Lock()
        self._open_slots: OpenSlots | None = None
        self._own_rules: Mapping[str, str] = {}
        self._passed_on: frozenset[int] = frozenset()
        self.is_worker = False
        self.state = SharedState()

    def worker_engine(self) -> Engine:
        """Return the same engine with transactions that fail unless this is the worker."""
        checked = self.engine.execution_options()
        event.listen(checked, "begin", self._check_worker)
        return checked

    def _check_worker(self, connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "SERIALIZABLE":
            return  # it only reads
        is_row = LedgerWorkerState.id == STATE_ID
        # The shared lock of the row: whoever takes over waits until this transaction has ended.
        worker = connection.scalar(
            select(LedgerWorkerState.worker).where(is_row).with_for_update(read=True)
        )
        if worker != self._name:
            raise NotTheWorkerError

    def try_lead(self) -> bool:
        """Return whether this is the worker; become it where there is none."""
        if self.is_worker and self._has_lock():
            return True
        if self.is_worker:
            LOG.warning("the lock of the ledger's worker is lost; this BFF follows another one")
            self.close()
        if not self._try_lock():
            return False
        with self._following:  # nothing that was followed is served any more
            self._open_slots, self._passed_on = None, frozenset()
            with self.engine.begin() as connection:
                save_worker(connection, self._name)
            self.status.update(counted_from_ms=None, open_slots=None)
            self.is_worker = True
        LOG.info("this BFF is the worker of the ledger")
        return True

    def _try_lock(self) -> bool:
        """Take the lock if no one has it; where the database is away, `follow` raises."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            return bool(self._connection.scalar(select(func.pg_try_advisory_lock(WORKER_LOCK))))
        except SQLAlchemyError:
            self.close()  # the session has ended: the next attempt has another one
            return False

    def _connect(self) -> Connection:
        connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # the pool never gets it back
        for name, value in KEEPALIVE.items():
            connection.exec_driver_sql(f"SET {name} = {value}")
        return connection

    def _has_lock(self) -> bool:
        """Return whether the session that took the lock is still there."""
        if self._connection is None:
            return False
        try:
            self._connection.scalar(select(1))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """End the session, and with it the lock."""
        self.is_worker = False
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):  # it has ended already
                connection.close()

    def inherited(self) -> Stale:
        """Return the days that were stale in the state of the worker before this one."""
        with read_session(self.engine) as session:
            return select_shared(session)[1].stale()

    def take_invalidations(self) -> Sequence[Invalidation]:
        """Pass on to the worker's status what requests to any BFF invalidated."""
        with self._following, read_session(self.engine) as session:
            self._on_follow(session)
            found = select_invalidations(session)
            self._pass_on(found)
            return found

    def _pass_on(self, found: Sequence[Invalidation]) -> None:
        """Invalidate in the worker's status what was not yet; rows stay until it has published."""
        before, self._passed_on = self._passed_on, frozenset(each.row_id for each in found)
        for each in found:
            if each.row_id in before:
                continue
            if each.is_damage:
                self.status.report_damage()
            elif each.device is None:
                self.status.invalidate()
            else:
                self.status.invalidate_days(each.device, each.days)

    def publish(self, handled: Sequence[Invalidation]) -> None:
        """Save the worker's state for the others, with what was invalidated by `handled`.

        Raises:
            NotTheWorkerError: Another BFF is the worker now.
        """
        state = shared_state_of(self.status.current)
        if state == self.state and not handled:
            return
        with self.engine.begin() as connection:
            if not save_state(connection, self._name, state, handled):
                self.is_worker = False
                raise NotTheWorkerError
        self.state = state

    def report_damage(self) -> None:
        """Have the worker rebuild what is damaged; requests to any BFF wait."""
        if self.is_worker:
            self.status.report_damage()
            return
        with write_session(self.engine) as session:
            save_invalidation(session, Interval(0, FAR_FUTURE_MS), is_damage=True)
        self.follow()

    def is_complete(self) -> bool:
        """Return whether this BFF waits for nothing of the worker."""
        status = self.status.current
        return status.counted_from_ms == 0 and not status.stale and status.open_slots is not None

    def follow(self, opened: OpenSlots | None = None) -> None:
        """Bring this BFF's status up to what all of them share.

        Args:
            opened: New open slots of this BFF, which is not the worker.
        """
        # One at a time: an older state must not replace a newer one.
        with self._following, read_session(self.engine) as session:
            self._on_follow(session)
            # First: a worker that takes these saves them as stale in the same transaction.
            found = select_invalidations(session)
            worker, state = select_shared(session)
            if worker == self._name:
                self._pass_on(found)
                return
            self.is_worker = False
            self.state = state
            if opened is not None:
                self._set_open_slots(opened)
            self.status.take_invalidation()
            self.status.take_invalid_days()  # those of this BFF's requests are among `found`
            self._apply(state, found, select_watermark(session))

    def _set_open_slots(self, opened: OpenSlots) -> None:
        self._open_slots = opened
        self._own_rules = rules_fingerprints(
            {device: each.rules for device, each in opened.recent.items()}
        )

    def _apply(
        self, state: SharedState, found: Sequence[Invalidation], watermark_ms: int | None
    ) -> None:
        opened, is_all_stale = self._open_slots, any(each.device is None for each in found)
        if opened is not None and opened.start_ms > (watermark_ms or 0):
            opened = None  # the clock was set back, or a backup was restored
        self.status.update(
            counted_from_ms=None if is_all_stale else state.counted_from_ms,
            stale=_with_invalidated(state.stale(), found),
            is_damaged=state.is_damaged or any(each.is_damage for each in found),
            rebuild=state.rebuild_progress(),
            watermark_ms=watermark_ms if opened is None else opened.start_ms,
            open_slots=None if opened is None else self._by_same_rules(opened, state),
        )

    def _by_same_rules(self, opened: OpenSlots, state: SharedState) -> OpenSlots:
        """Leave out devices whose closed slots are built by other rules: requests for them wait."""
        if state.rules == self._own_rules:
            return opened
        recent = {
            device: each
            for device, each in opened.recent.items()
            if state.rules.get(device) == self._own_rules[device]
        }
        return replace(opened, recent=recent)


def _with_invalidated(stale: Stale, found: Sequence[Invalidation]) -> Stale:
    both: dict[str, frozenset[int]] = dict(stale)
    for each in found:
        if each.device is not None:
            both[each.device] = both.get(each.device, frozenset()) | each.stale_days()
    return both
