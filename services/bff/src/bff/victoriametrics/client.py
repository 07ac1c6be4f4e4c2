"""One HTTP client for VictoriaMetrics: quick to see that it is away, patient while it is slow."""

import time
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NoReturn

import httpx
import orjson

ALIVE_DEADLINE_SECONDS = 0.2  # leaves a third of 300 ms for all else
QUERY_DEADLINE_SECONDS = 5.0
KNOWN_DOWN_SECONDS = 1.0
MOST_CHECKS_AT_ONCE = 16


class VictoriaMetricsDown(Exception):  # noqa: N818 - the name is what a reader of the log looks for
    """It does not answer, not in time, or not with sense. Try again after a moment."""

    retry_after_seconds = KNOWN_DOWN_SECONDS


class VictoriaMetricsRefused(Exception):  # noqa: N818
    """It is up and refuses the question, such as a range with too many samples."""


class VictoriaMetrics:
    """Speaks to one base URL: a vmsingle, or `…/select/<tenant>/prometheus` of a cluster.

    A busy server answers `/health` at once and a question late, a hanging one neither: so being
    alive is asked first, within `alive_deadline_seconds`, and the question may then take
    `deadline_seconds`. After a failure every question fails at once for `known_down_seconds`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        deadline_seconds: float = QUERY_DEADLINE_SECONDS,
        alive_deadline_seconds: float = ALIVE_DEADLINE_SECONDS,
        known_down_seconds: float = KNOWN_DOWN_SECONDS,
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._alive_deadline_seconds = alive_deadline_seconds
        self._known_down_seconds = known_down_seconds
        self._down_until = 0.0
        self._down_reason = ""
        # A proxy of the environment has no business between two services of one house.
        # Compressing exports takes both sides longer than the network within a house saves.
        plain = {"Accept-Encoding": "identity"}
        self._http = httpx.Client(base_url=base_url, auth=auth, trust_env=False, headers=plain)
        # A cluster answers it at its root, not below a tenant.
        self._health_url = httpx.URL(base_url).copy_with(path="/health", query=None)
        # httpx limits each step; only waiting from outside limits name lookup and all steps.
        self._threads = ThreadPoolExecutor(MOST_CHECKS_AT_ONCE, thread_name_prefix="vm-alive")

    def fetch_json(self, path: str, form: Mapping[str, str]) -> Any:  # noqa: ANN401 - it is JSON
        """See that it is alive, POST a question, and parse the answer.

        Raises:
            VictoriaMetricsDown: Not alive, or no sensible answer in time.
            VictoriaMetricsRefused: It answered 4xx.
        """
        self.check_answers()
        with self.stream(path, form, deadline_seconds=self._deadline_seconds) as body:
            answer = b"".join(body)
        try:
            return orjson.loads(answer)
        except orjson.JSONDecodeError:
            self._give_up("the answer is not JSON; is VICTORIAMETRICS_URL right?")

    def check_answers(self) -> None:
        """See whether it is alive, before a question that may take longer.

        Raises:
            VictoriaMetricsDown: No answer in time, or it says that it cannot serve.
        """
        self._fail_if_known_down()
        asked = self._threads.submit(self._ask_health)
        try:
            asked.result(timeout=self._alive_deadline_seconds)
        except TimeoutError:
            asked.cancel()
            self._give_up(f"no answer within {self._alive_deadline_seconds} s")

    @contextmanager
    def stream(
        self, path: str, form: Mapping[str, str], *, deadline_seconds: float
    ) -> Generator[Iterator[bytes]]:
        """POST a question and hand over the body in pieces as they come, for bulk reading.

        Raises:
            VictoriaMetricsDown: UnreachableError, or the body was not complete in time.
            VictoriaMetricsRefused: It answered 4xx.
        """
        self._fail_if_known_down()
        deadline = time.monotonic() + deadline_seconds
        timeout = httpx.Timeout(deadline_seconds, connect=self._alive_deadline_seconds)
        try:
            with self._http.stream("POST", path, data=dict(form), timeout=timeout) as answer:
                if answer.is_error:
                    answer.read()
                self._check(answer)
                yield _until(deadline, answer.iter_bytes())
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self._give_up(_why(error))
        except httpx.HTTPError as error:
            # A bulk read that takes too long says nothing about short questions: not known down.
            raise VictoriaMetricsDown(_why(error)) from None

    def close(self) -> None:
        """Give the connections back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def _ask_health(self) -> None:
        try:
            # Twice: whoever asked has given up by then, and the thread is free again.
            answer = self._http.get(self._health_url, timeout=2 * self._alive_deadline_seconds)
        except httpx.HTTPError as error:
            self._give_up(_why(error))
        # A proxy that hides /health is alive too; what it is shows when it is asked.
        if answer.is_server_error:
            self._give_up(f"it answers HTTP {answer.status_code}")

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_client_error:
            message = f"HTTP {answer.status_code}: {answer.text[:500]}"
            raise VictoriaMetricsRefused(message)
        if not answer.is_success:
            self._give_up(f"it answers HTTP {answer.status_code}")

    def _fail_if_known_down(self) -> None:
        if time.monotonic() < self._down_until:
            raise VictoriaMetricsDown(self._down_reason)

    def _give_up(self, reason: str) -> NoReturn:
        self._down_reason = reason
        self._down_until = time.monotonic() + self._known_down_seconds
        raise VictoriaMetricsDown(reason) from None


def _until(deadline: float, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        if time.monotonic() > deadline:
            message = "the answer was not complete in time"
            raise VictoriaMetricsDown(message)


def _why(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
