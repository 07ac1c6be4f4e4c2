"""Send what is in the buffer, and remove only what the server names as received."""

import json
import os

from board.http import Exchange, Request, UnusableConfigError
from board.status import FAILED, KEPT, SENT

PATH = "/api/measurements"
RETRIES = 3
RETRY_PAUSE_MS = 1000
MAX_BACKOFF_SECONDS = 3600
MAX_DOUBLINGS = 6
# A server that refuses everything must not empty the buffer line by line.
MAX_REFUSED_IN_A_ROW = 5
# What a judgement asks for.
DONE, AGAIN, SMALLER, ASIDE, LATER = "done", "again", "smaller", "aside", "later"
SUCCESS, SERVER_ERROR = 2, 5  # hundreds
SMALLER_STATUSES = (413,)
BAD_LINE_STATUSES = (400, 422)
AGAIN_STATUSES = (408, 425, 429)


class Verdict:
    """What to do after an attempt.

    Attributes:
        action: One of the words above.
        reason: For the UART.
        position: Of the refused line in the batch, from 0; None when it is not named.
        pause_seconds: What the server asks for; 0 without.
    """

    def __init__(self, action: str, reason: str, position=None, pause_seconds: int = 0):
        self.action, self.reason = action, reason
        self.position, self.pause_seconds = position, pause_seconds


def judge(answer, count: int) -> Verdict:
    """Return what a complete answer to a batch of `count` lines asks for."""
    status, content = answer.status, _json(answer.body)
    reason = f"HTTP {status}"
    if status // 100 == SUCCESS:
        if content.get("received") == count:
            return Verdict(DONE, reason)
        return Verdict(AGAIN, f"the answer does not name {count} as received")
    if status in BAD_LINE_STATUSES:
        line = content.get("line")
        named = isinstance(line, int) and 1 <= line <= count
        detail = "{} {}".format(reason, content.get("detail", ""))
        return Verdict(ASIDE, detail, line - 1 if named else None)
    if status in SMALLER_STATUSES:
        return Verdict(SMALLER, reason)
    if status in AGAIN_STATUSES or status // 100 == SERVER_ERROR:
        return Verdict(AGAIN, reason, None, _seconds(answer.headers.get("retry-after", "")))
    return Verdict(LATER, reason)


class Uploader:
    """Sends batches, and remembers how it went.

    Attributes:
        failures: Attempts that failed since the start.
        next_ms: When the next one is due, in milliseconds since the start.
    """

    def __init__(self, config: dict, buffer, tls, hooks):
        self._config, self._buffer, self._tls, self._hooks = config, buffer, tls, hooks
        self._max_lines = config["BATCH_MAX_LINES"]
        self._failed_cycles = 0
        self.failures = 0
        self.next_ms = 0

    def send_all(self, is_interrupted) -> tuple:
        """Send what waits, and plan the next time.

        Args:
            is_interrupted: Whether something else is due: retries end then.

        Returns:
            The outcome, and a text for the UART, which is empty when nothing waited.
        """
        sent, refused = 0, 0
        self.plan_next()
        while True:
            batch = self._buffer.next_batch(self._max_lines, self._hooks.complete)
            if batch is None:
                break
            verdict = self._attempts(batch, is_interrupted)
            if verdict.action == DONE:
                sent += len(batch.indexes)
                self._buffer.acknowledged(batch)
                self._max_lines = min(self._max_lines * 2, self._config["BATCH_MAX_LINES"])
            elif verdict.action in (ASIDE, SMALLER) and refused < MAX_REFUSED_IN_A_ROW:
                refused += self._make_smaller(batch, verdict)
            else:
                return self._gave_up(verdict)
            if is_interrupted():
                self.next_ms = self._hooks.up_ms()  # go on after it
                break
        self._failed_cycles = 0
        if refused:
            return FAILED, f"{refused} refused and set aside, {sent} sent"
        return SENT, f"{sent}, {self._buffer.lines} waiting" if sent else ""

    def plan_next(self) -> None:
        """Plan the next time by multiples of the interval, so that it follows a measurement."""
        interval_ms = self._config["SEND_INTERVAL_SECONDS"] * 1000
        self.next_ms = (self._hooks.up_ms() // interval_ms + 1) * interval_ms

    def _make_smaller(self, batch, verdict: Verdict) -> int:
        """Set the refused line aside, or halve the batch to find it; return the lines set aside."""
        count = len(batch.indexes)
        if verdict.position is None and count > 1:
            self._max_lines = count // 2
            return 0
        print(f"failed: a line is set aside: {verdict.reason}")
        self._buffer.set_aside(batch, verdict.position or 0)
        self._hooks.refused(1)
        return 1

    def _attempts(self, batch, is_interrupted) -> Verdict:
        verdict = self._attempt(batch)
        for _ in range(RETRIES):
            if verdict.action != AGAIN or is_interrupted():
                break
            self._hooks.pause(RETRY_PAUSE_MS)
            verdict = self._attempt(batch)
        return verdict

    def _attempt(self, batch) -> Verdict:
        config = self._config
        headers = [("Content-Type", "application/x-ndjson")] + self._hooks.headers()
        if config["TOKEN"]:
            headers.append(("Authorization", "Bearer " + config["TOKEN"]))
        url = config["RENDER_BASE_URL"].rstrip("/") + PATH
        try:
            request = Request("POST", url, headers, batch.length_bytes(), batch.body())
            answer = Exchange(config["POST_TIMEOUT_SECONDS"], self._hooks.feed).run(
                request, self._tls
            )
        except UnusableConfigError as error:
            return Verdict(LATER, str(error))
        except Exception as error:  # OSError of the network, MemoryError, ValueError of TLS
            self.failures += 1
            return Verdict(AGAIN, repr(error))
        self._hooks.answered(answer)
        verdict = judge(answer, len(batch.indexes))
        self.failures += verdict.action != DONE
        return verdict

    def _gave_up(self, verdict: Verdict) -> tuple:
        self._failed_cycles += 1
        if verdict.action == AGAIN:
            doublings = min(self._failed_cycles - 1, MAX_DOUBLINGS)
            seconds = self._config["SEND_INTERVAL_SECONDS"] << doublings
            # After one failure the next cycle tries again.
            limit = max(MAX_BACKOFF_SECONDS, self._config["SEND_INTERVAL_SECONDS"])
            seconds = max(min(seconds, limit), verdict.pause_seconds)
        else:
            seconds = MAX_BACKOFF_SECONDS
        self.next_ms = self._hooks.up_ms() + jitter_ms(seconds)
        outcome = KEPT if verdict.action == AGAIN else FAILED
        return outcome, f"{self._buffer.lines} waiting: {verdict.reason}"


def jitter_ms(seconds: int) -> int:
    """Return between 100 % and 125 % of a pause, so that boards do not come all at once."""
    return seconds * (1000 + int.from_bytes(os.urandom(2), "big") % 251)


def _json(body: bytes) -> dict:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _seconds(text: str) -> int:
    return min(int(text), MAX_BACKOFF_SECONDS) if text.isdigit() else 0
