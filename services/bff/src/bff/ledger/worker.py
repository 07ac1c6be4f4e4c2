"""Keep the ledger up to date: one thread that refreshes, rebuilds and counts.

Five short tasks in turn: *refresh* reads what came since the watermark and closes slots that
have settled; *rebuild* builds stale days; *count* counts the samples of past days, a part at a
time, to find those that came late; *save* saves how slots were split at the edges of prices;
*split ahead* splits the slot that pages will compare the present one with. The database holds
what is closed and what it was made from, so after any end, however sudden, the next start
continues from there.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from types import MappingProxyType

from sqlalchemy.exc import SQLAlchemyError

from bff.db.damage import DamagedError, is_damage
from bff.ledger.damage import mend
from bff.ledger.ledger import Ledger, Rules
from bff.ledger.saved_splits import save_splits
from bff.ledger.tasks import (
    WorkerState,
    count_next,
    is_split_ahead,
    rebuild_next,
    refresh,
    split_ahead,
    start,
)
from bff.victoriametrics.client import VictoriaMetricsDownError, VictoriaMetricsRefusedError
from service_kit.database import is_conflict
from service_kit.obstacles import Obstacle, obstacle_of

LOG = logging.getLogger(__name__)

STOP_LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often the tasks run.

    Attributes:
        refresh_seconds: From one refresh to the next.
        retry_seconds: From an error to the next attempt.
        count_seconds: From one count of a part of history to the next, at least.
        counting_share: Of all time, the part that counting may take.
    """

    refresh_seconds: float = 14.0
    retry_seconds: float = 2.0
    count_seconds: float = 5.0
    counting_share: float = 0.01


def _hashes(rules: Rules) -> Mapping[str, str]:
    return {device: each.rules_hash for device, each in rules.items()}


class LedgerWorker:
    """The thread of one ledger: its state, and when each task is due.

    Args:
        ledger: The ledger.
        schedule: How often its tasks run.
        on_complete: Called once, when all of the past is counted and built for the first time.
    """

    def __init__(
        self,
        ledger: Ledger,
        schedule: Schedule = Schedule(),
        on_complete: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._schedule = schedule
        self._on_complete: Callable[[], None] | None = on_complete
        self._state = WorkerState()
        self._obstacle: Obstacle | None = None
        self._refreshed_at_s = float("-inf")
        self._count_due_s = float("-inf")
        self._stop = Event()
        self._thread = Thread(target=self._run, name="ledger", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the running task and end; but do not wait for a server that hangs."""
        self._stop.set()
        self._ledger.status.wake.set()
        self._thread.join(STOP_LIMIT_SECONDS)

    def _run(self) -> None:
        wake = self._ledger.status.wake
        while not self._stop.is_set():
            wake.clear()
            wake.wait(self.try_step())

    def try_step(self) -> float:
        """Run one task, whatever happens.

        Returns:
            For how many seconds nothing is due.
        """
        try:
            pause_seconds = self.step()
        except (VictoriaMetricsDownError, VictoriaMetricsRefusedError) as error:
            self._record_error(str(error))
        except DamagedError as error:
            LOG.error("%s", error)  # noqa: TRY400 - the place is not in the code
            self._ledger.status.report_damage()
        except SQLAlchemyError as error:
            self._record_database_error(error)
        except Exception:
            LOG.exception("the ledger could not continue; it tries again")
        else:
            self._record_success()
            return pause_seconds
        return self._schedule.retry_seconds

    def step(self) -> float:
        """Run one task.

        Returns:
            For how many seconds nothing is due.
        """
        now_s = time.monotonic()
        if self._ledger.status.current.is_damaged:
            self._mend()
        if self._ledger.status.take_invalidation():
            self.restart(self._ledger.rules())
        if days := self._ledger.status.take_invalid_days():
            self._invalidate(days)
        if now_s >= self._refreshed_at_s + self._schedule.refresh_seconds:
            self.refresh()
        elif self._state.due() or self._state.rebuild:
            rebuild_next(self._ledger, self._state)
        elif now_s >= self._count_due_s:
            self.count()
            self._report_complete()
        elif self._ledger.splits.has_unsaved:
            save_splits(self._ledger.engine, self._ledger.splits)
        elif not is_split_ahead(self._ledger, self._state):
            # Whether the server is there is for what is needed to find out.
            with suppress(VictoriaMetricsDownError, VictoriaMetricsRefusedError):
                split_ahead(self._ledger, self._state)
        return max(0.0, self._next_due(now_s) - time.monotonic())

    def refresh(self) -> None:
        """Read what came since the watermark; start anew when the rules changed."""
        rules = self._ledger.rules()
        if _hashes(rules) != _hashes(self._state.rules):
            self.restart(rules)
        self._state.rules = rules
        self._ledger.status.update(rules=rules)
        refresh(self._ledger, self._state)
        self._refreshed_at_s = time.monotonic()

    def count(self) -> None:
        """Count the next part of history."""
        began_s = time.monotonic()
        took_seconds = count_next(self._ledger, self._state)
        self._count_due_s = began_s + self._pause_seconds(took_seconds)

    def backfill(self) -> None:
        """Do everything that is due, without pauses: refresh, count all of history, rebuild."""
        self.refresh()
        self.count()
        while self._state.counted_until_ms is not None:
            self.count()
        while self._state.stale or self._state.rebuild:
            rebuild_next(self._ledger, self._state)

    def _report_complete(self) -> None:
        counted = self._ledger.status.current.counted_from_ms == 0
        if self._on_complete is not None and counted and not self._state.stale:
            self._on_complete()
            self._on_complete = None

    def restart(
        self, rules: Rules, inherited: Mapping[str, frozenset[int]] = MappingProxyType({})
    ) -> None:
        """Start anew with these rules, and with stale days of a worker before this one."""
        self._state = start(self._ledger, rules, inherited)
        self._refreshed_at_s = self._count_due_s = float("-inf")

    def _mend(self) -> None:
        stored = self._state.counts.stored
        mend(
            self._ledger.engine, [(device, day) for device, days in stored.items() for day in days]
        )
        self._ledger.status.update(is_damaged=False)

    def _invalidate(self, days: Mapping[str, frozenset[int]]) -> None:
        """Rebuild days by the answers as they are now; jobs made before have older ones."""
        if not self._state.rules:
            return  # not started yet: the days are invalid in the database, too
        self._state.rules, self._state.jobs = self._ledger.rules(), []
        self._ledger.status.update(rules=self._state.rules)
        for device in days.keys() & self._state.rules.keys():
            self._state.mark_stale(device, set(days[device]))
        self._refreshed_at_s = float("-inf")

    def _next_due(self, now_s: float) -> float:
        if self._state.due() or self._state.rebuild or self._ledger.splits.has_unsaved:
            return now_s
        if not is_split_ahead(self._ledger, self._state):
            return now_s
        return min(self._refreshed_at_s + self._schedule.refresh_seconds, self._count_due_s)

    def _pause_seconds(self, took_seconds: float) -> float:
        if self._ledger.status.current.counted_from_ms:
            return 0.0  # the first round: requests wait for it
        return max(self._schedule.count_seconds, took_seconds / self._schedule.counting_share)

    def _record_error(self, reason: str) -> None:
        if self._ledger.status.current.victoriametrics_error is None:
            LOG.warning("VictoriaMetrics cannot be queried (%s); the ledger waits for it", reason)
        self._ledger.status.update(victoriametrics_error=reason)

    def _record_database_error(self, error: SQLAlchemyError) -> None:
        obstacle = obstacle_of(error)
        if is_damage(error):
            LOG.error("the database is damaged: %s", error.args[0])
            self._ledger.status.report_damage()
        elif is_conflict(error):
            LOG.info("another transaction was committed first; the ledger tries again")
        elif obstacle is None:
            LOG.error("the ledger could not use its database; it tries again", exc_info=error)
        elif obstacle is not self._obstacle:
            LOG.error("%s The ledger waits until it can write", obstacle.text)
        self._obstacle = obstacle

    def _record_success(self) -> None:
        if self._obstacle is not None:
            LOG.info("the database can be written again; the ledger continues")
            self._obstacle = None
        # What failed is still due, so a step that succeeds after it has queried again.
        if self._ledger.status.current.victoriametrics_error is not None:
            LOG.info("VictoriaMetrics responds again; the ledger continues")
            self._ledger.status.update(victoriametrics_error=None)
