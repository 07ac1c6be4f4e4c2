"""Whether the server is alive: probed in the background, so that no request waits for a probe."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from bff.victoriametrics.errors import VictoriaMetricsDownError

PROBE_INTERVAL_SECONDS = 0.5
PROBE_DEADLINE_SECONDS = 1.0
# With these, a server that hangs is known to be down after at most 2.5 s, and one that was merely
# busy for a second is not.
FAILURES_UNTIL_DOWN = 2
MAX_PROBES_AT_ONCE = 4


class Liveness:
    """The state of one server: down after some failed probes in a row, up after one answer.

    Args:
        probe: Sends one request; raises VictoriaMetricsDownError.
        deadline_seconds: Of one probe, all of its steps together.
    """

    def __init__(self, probe: Callable[[], None], *, deadline_seconds: float) -> None:
        self._probe, self._deadline_seconds = probe, deadline_seconds
        self._failures = FAILURES_UNTIL_DOWN - 1  # the first probe decides alone
        self._probed, self._stop = threading.Event(), threading.Event()
        self._down: Future[str] = Future()
        # HTTP clients limit each step; only waiting from outside limits name lookup and all steps.
        self._threads = ThreadPoolExecutor(MAX_PROBES_AT_ONCE, thread_name_prefix="vm-probe")
        self._thread = threading.Thread(target=self._run, name="vm-liveness", daemon=True)
        self._thread.start()

    @property
    def down(self) -> Future[str]:
        """The reason, once the server is down; another future after it came back."""
        return self._down

    def raise_if_down(self) -> None:
        """Raise at once if the last probes failed.

        Raises:
            VictoriaMetricsDownError: With the reason of the last failure.
        """
        down = self._down
        if down.done():
            raise VictoriaMetricsDownError(down.result())

    def wait_for_first(self) -> None:
        """Wait until the server was probed once, at most for the deadline of a probe."""
        self._probed.wait(2 * self._deadline_seconds)

    def close(self) -> None:
        """Stop probing; returns when the last probe has ended, after at most its deadline."""
        self._stop.set()
        self._thread.join()
        self._threads.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            reason = self._failure()
            self._note(reason)
            self._probed.set()
            if reason is None or self._down.done():
                self._stop.wait(PROBE_INTERVAL_SECONDS)

    def _failure(self) -> str | None:
        """Probe once; return why it failed."""
        try:
            self._threads.submit(self._probe).result(timeout=self._deadline_seconds)
        except TimeoutError:
            return f"no answer within {self._deadline_seconds} s"
        except VictoriaMetricsDownError as error:
            return str(error)
        except RuntimeError:  # closed meanwhile
            return None
        return None

    def _note(self, reason: str | None) -> None:
        if reason is None:
            self._failures = 0
            if self._down.done():
                self._down = Future()
            return
        self._failures += 1
        if self._failures >= FAILURES_UNTIL_DOWN and not self._down.done():
            self._down.set_result(reason)
