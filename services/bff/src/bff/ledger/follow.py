"""Keep the ledger up to date: one thread that looks, builds and counts.

Three things in turn, each short: *look* at what came since the frontier and close slots that
have settled; *build* days that are behind; *count* the samples of past days, a part at a
time, to find those that came late. The database says what is closed and what it was made from,
so after any end, however sudden, the next start goes on from there.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Thread

from bff.database import reading
from bff.ledger.catch_up import build_more, count_more
from bff.ledger.ledger import Ledger
from bff.ledger.look import look
from bff.ledger.rules import DeviceRules
from bff.ledger.store import read_frontier, read_marks
from bff.ledger.work import Work, begin, shown
from bff.victoriametrics.client import VictoriaMetricsDown, VictoriaMetricsRefused

log = logging.getLogger(__name__)

STOP_LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are done.

    Attributes:
        look_seconds: From one look at what came to the next.
        retry_seconds: From an error to the next try.
        count_seconds: From one count of a part of history to the next, at least.
        counting_share: Of all time, the part that counting may take.
    """

    look_seconds: float = 14.0
    retry_seconds: float = 2.0
    count_seconds: float = 5.0
    counting_share: float = 0.01


class Follower:
    """The life of one follower: what it has in hand, when each thing is due, and its thread."""

    def __init__(self, ledger: Ledger, pace: Pace = Pace()) -> None:
        self._ledger = ledger
        self._pace = pace
        self._work = Work()
        self._looked_at_s = float("-inf")
        self._count_due_s = float("-inf")
        self._stop = Event()
        self._thread = Thread(target=self._run, name="ledger", daemon=True)

    def start(self) -> None:
        """Follow from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand and end; but do not wait for a server that does not answer."""
        self._stop.set()
        self._ledger.board.asked.set()
        self._thread.join(STOP_LIMIT_SECONDS)

    def _run(self) -> None:
        asked = self._ledger.board.asked
        while not self._stop.is_set():
            asked.clear()
            asked.wait(self.try_step())

    def try_step(self) -> float:
        """One step, whatever happens. Returns for how many seconds there is nothing to do."""
        try:
            pause_seconds = self._step()
        except (VictoriaMetricsDown, VictoriaMetricsRefused) as error:
            self._say_down(str(error))
        except Exception:
            log.exception("the ledger could not go on; it tries again")
        else:
            self._say_up()
            return pause_seconds
        return self._pace.retry_seconds

    def _step(self) -> float:
        now_s = time.monotonic()
        if self._ledger.board.take_doubt():
            self._begin(self._work.rules)
        if now_s >= self._looked_at_s + self._pace.look_seconds:
            self.look()
        elif self._work.behind or self._work.rebuild:
            build_more(self._ledger, self._work)
        elif now_s >= self._count_due_s:
            self.count()
        return max(0.0, self._next_due(now_s) - time.monotonic())

    def look(self) -> None:
        """See what came since the frontier, and whether the rules changed."""
        rules = self._ledger.rules()
        if rules != self._work.rules:
            self._begin(rules)
        look(self._ledger, self._work)
        self._looked_at_s = time.monotonic()

    def count(self) -> None:
        """Count the next part of history."""
        began_s = time.monotonic()
        took_seconds = count_more(self._ledger, self._work)
        self._count_due_s = began_s + self._pause_seconds(took_seconds)

    def catch_up(self) -> None:
        """Everything there is to do, without pauses: look, count all of history, build."""
        self.look()
        self.count()
        while self._work.counted_until_ms is not None:
            self.count()
        while self._work.behind or self._work.rebuild:
            build_more(self._ledger, self._work)

    def _begin(self, rules: Mapping[str, DeviceRules]) -> None:
        """A changed configuration, or a wish for a rebuild, is like a new start."""
        with reading(self._ledger.engine) as session:
            self._work = begin(rules, read_marks(session))
            frontier_ms = read_frontier(session)
        self._looked_at_s = self._count_due_s = float("-inf")
        self._ledger.board.change(
            frontier_ms=frontier_ms,
            tail=None,
            counted_from_ms=None,
            behind=shown(self._work),
            rebuild=None,
        )

    def _next_due(self, now_s: float) -> float:
        if self._work.behind or self._work.rebuild:
            return now_s
        return min(self._looked_at_s + self._pace.look_seconds, self._count_due_s)

    def _pause_seconds(self, took_seconds: float) -> float:
        if self._ledger.board.now.counted_from_ms:
            return 0.0  # the first round: those who ask wait for it
        return max(self._pace.count_seconds, took_seconds / self._pace.counting_share)

    def _say_down(self, why: str) -> None:
        if self._ledger.board.now.down is None:
            log.warning("VictoriaMetrics cannot be asked (%s); the ledger waits for it", why)
        self._ledger.board.change(down=why)

    def _say_up(self) -> None:
        # What failed is still due, so a step that succeeds after it has asked again.
        if self._ledger.board.now.down is not None:
            log.info("VictoriaMetrics answers again; the ledger goes on")
            self._ledger.board.change(down=None)
