"""The thread of a BFF that shares its database: it is the ledger's worker, or follows it."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import override

from bff.ledger.ledger import Ledger
from bff.ledger.saved_splits import save_splits
from bff.ledger.worker import LedgerWorker, Schedule
from bff.replicas.follower import Follower
from bff.replicas.replicas import NotTheWorkerError, Replicas

LOG = logging.getLogger(__name__)

# How often the shared state is read, at least; and while requests may wait for the worker.
SHARED_SECONDS, WAITING_SECONDS = 0.5, 0.2


class SharedWorker(LedgerWorker):
    """A worker while it holds the lock; until then it fetches its own open slots.

    Args:
        ledger: The ledger, on the engine of `Replicas.worker_engine`.
        replicas: The BFFs that share it.
        on_complete: As of `LedgerWorker`.
    """

    def __init__(
        self, ledger: Ledger, replicas: Replicas, on_complete: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(ledger, on_complete=on_complete)
        self._shared_ledger = ledger
        self._replicas = replicas
        self._follower = Follower(ledger)
        self._followed_rules: Mapping[str, str] = {}
        self._fetched_at_s = float("-inf")
        self._leads = False

    @override
    def stop(self) -> None:
        super().stop()
        self._replicas.close()

    @override
    def step(self) -> float:
        try:
            return self._shared_step()
        except NotTheWorkerError as error:
            LOG.warning("%s; this one follows it", error)
            return 0.0

    def _shared_step(self) -> float:
        if not self._replicas.try_lead():
            self._leads = False
            return self._follow()
        if not self._leads:
            self.restart(self._shared_ledger.rules(), self._replicas.inherited())
            self._leads = True
        handled = self._replicas.take_invalidations()
        try:
            pause_seconds = super().step()
        finally:
            self._replicas.publish(handled)
        return min(pause_seconds, SHARED_SECONDS)

    def _follow(self) -> float:
        """Follow the worker; fetch open slots when they are due, or when its rules changed."""
        self._replicas.follow()
        now_s, rules = time.monotonic(), self._replicas.state.rules
        due_s = self._fetched_at_s + Schedule().refresh_seconds
        if now_s >= due_s or rules != self._followed_rules:
            self._replicas.follow(self._follower.fetch())
            self._fetched_at_s, self._followed_rules = now_s, rules
        elif self._shared_ledger.splits.has_unsaved:
            save_splits(self._replicas.engine, self._shared_ledger.splits)
        return SHARED_SECONDS if self._replicas.is_complete() else WAITING_SECONDS
