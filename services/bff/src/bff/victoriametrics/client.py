"""One HTTP client for VictoriaMetrics, with total deadlines and one error for "no answer"."""

import time
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NoReturn

import httpx
import orjson

QUERY_DEADLINE_SECONDS = 0.2  # leaves a third of 300 ms for all else
KNOWN_DOWN_SECONDS = 1.0
MOST_QUERIES_AT_ONCE = 16


class VictoriaMetricsDown(Exception):  # noqa: N818 - the name is what a reader of the log looks for
    """It does not answer, not in time, or not with sense. Try again after a moment."""

    retry_after_seconds = KNOWN_DOWN_SECONDS


class VictoriaMetricsRefused(Exception):  # noqa: N818
    """It is up and refuses the question, such as a range with too many samples."""


class VictoriaMetrics:
    """Speaks to one base URL: a vmsingle, or `…/select/<tenant>/prometheus` of a cluster.

    After a failure every question fails at once for `known_down_seconds`, so that a server
    that hangs does not cost each request the whole deadline.
    """

    def __init__(
        self,
        base_url: str,
        *,
        deadline_seconds: float = QUERY_DEADLINE_SECONDS,
        known_down_seconds: float = KNOWN_DOWN_SECONDS,
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._known_down_seconds = known_down_seconds
        self._down_until = 0.0
        self._down_reason = ""
        # A proxy of the environment has no business between two services of one house.
        # Compressing exports takes both sides longer than the network within a house saves.
        plain = {"Accept-Encoding": "identity"}
        self._http = httpx.Client(base_url=base_url, trust_env=False, headers=plain)
        # httpx limits each step; only waiting from outside limits name lookup and all steps.
        self._threads = ThreadPoolExecutor(MOST_QUERIES_AT_ONCE, thread_name_prefix="vm")

    def fetch_json(self, path: str, form: Mapping[str, str]) -> Any:  # noqa: ANN401 - it is JSON
        """POST a question and parse the answer, within the deadline whatever the server does.

        Raises:
            VictoriaMetricsDown: No sensible answer in time.
            VictoriaMetricsRefused: It answered 4xx.
        """
        self._fail_if_known_down()
        asked = self._threads.submit(self._post, path, dict(form))
        try:
            return asked.result(timeout=self._deadline_seconds)
        except TimeoutError:
            asked.cancel()
            self._give_up(f"no answer within {self._deadline_seconds} s")

    def check_answers(self) -> None:
        """Ask the smallest question there is, before one that may take longer.

        Raises:
            VictoriaMetricsDown: No sensible answer in time.
        """
        self.fetch_json("/api/v1/query", {"query": "1"})

    @contextmanager
    def stream(
        self, path: str, form: Mapping[str, str], *, deadline_seconds: float
    ) -> Generator[Iterator[bytes]]:
        """POST a question and hand over the body in pieces as they come, for bulk reading.

        Raises:
            VictoriaMetricsDown: Unreachable, or the body was not complete in time.
            VictoriaMetricsRefused: It answered 4xx.
        """
        self._fail_if_known_down()
        timeout = httpx.Timeout(deadline_seconds, connect=self._deadline_seconds)
        try:
            with self._http.stream("POST", path, data=dict(form), timeout=timeout) as answer:
                if answer.is_error:
                    answer.read()
                self._check(answer)
                yield _until(time.monotonic() + deadline_seconds, answer.iter_bytes())
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self._give_up(_why(error))
        except httpx.HTTPError as error:
            # A bulk read that takes too long says nothing about short questions: not known down.
            raise VictoriaMetricsDown(_why(error)) from None

    def close(self) -> None:
        """Give the connections back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def _post(self, path: str, form: dict[str, str]) -> Any:  # noqa: ANN401
        try:
            # Twice: whoever asked has given up by then, and the thread is free again.
            answer = self._http.post(path, data=form, timeout=2 * self._deadline_seconds)
            self._check(answer)
            return orjson.loads(answer.content)
        except httpx.HTTPError as error:
            self._give_up(_why(error))
        except orjson.JSONDecodeError:
            self._give_up("the answer is not JSON; is VICTORIAMETRICS_URL right?")

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
