"""One HTTP client for VictoriaMetrics: quick to detect an outage, patient while it is slow."""

import time
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NoReturn

import httpx
import orjson

from bff.victoriametrics.errors import (
    RETRY_AFTER_SECONDS,
    VictoriaMetricsDownError,
    VictoriaMetricsRefusedError,
)

ALIVE_DEADLINE_SECONDS = 0.2  # leaves a third of 300 ms for all else
QUERY_DEADLINE_SECONDS = 5.0
KNOWN_DOWN_SECONDS = RETRY_AFTER_SECONDS
MAX_CHECKS_AT_ONCE = 16

# Device id and source of a series.
type SourceOfDevice = tuple[str, str]


class VictoriaMetrics:
    """A client of one base URL: a vmsingle, or `…/select/<tenant>/prometheus` of a cluster.

    A busy server answers `/health` at once and a query late, a hanging one neither: so liveness is
    checked first, within `alive_deadline_seconds`, and the query may then take
    `deadline_seconds`. After a failure every query fails at once for `known_down_seconds`.
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
        self._threads = ThreadPoolExecutor(MAX_CHECKS_AT_ONCE, thread_name_prefix="vm-alive")

    def fetch_json(self, path: str, form: Mapping[str, str]) -> Any:  # noqa: ANN401 - it is JSON
        """Check that the server is alive, POST a query, and parse the JSON response.

        Raises:
            VictoriaMetricsDownError: Not alive, or no valid response in time.
            VictoriaMetricsRefusedError: The response was 4xx.
        """
        self.check_answers()
        with self.stream(path, form, deadline_seconds=self._deadline_seconds) as body:
            content = b"".join(body)
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            self._give_up("the response is not JSON; is VICTORIAMETRICS_URL right?")

    def check_answers(self) -> None:
        """Check that the server is alive, before a query that may take longer.

        Raises:
            VictoriaMetricsDownError: No response in time, or a server error.
        """
        self._fail_if_known_down()
        check = self._threads.submit(self._check_health)
        try:
            check.result(timeout=self._alive_deadline_seconds)
        except TimeoutError:
            check.cancel()
            self._give_up(f"no answer within {self._alive_deadline_seconds} s")

    @contextmanager
    def stream(
        self, path: str, form: Mapping[str, str], *, deadline_seconds: float
    ) -> Generator[Iterator[bytes]]:
        """POST a query and yield the body in chunks as they arrive, for bulk reading.

        Raises:
            VictoriaMetricsDownError: Unreachable, or the body was not complete in time.
            VictoriaMetricsRefusedError: The response was 4xx.
        """
        self._fail_if_known_down()
        deadline = time.monotonic() + deadline_seconds
        timeout = httpx.Timeout(deadline_seconds, connect=self._alive_deadline_seconds)
        try:
            with self._http.stream("POST", path, data=dict(form), timeout=timeout) as response:
                if response.is_error:
                    response.read()
                self._check(response)
                yield _until(deadline, response.iter_bytes())
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self._give_up(_reason(error))
        except httpx.HTTPError as error:
            # A bulk read that takes too long is no sign about short queries: not known down.
            raise VictoriaMetricsDownError(_reason(error)) from None

    def close(self) -> None:
        """Close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def _check_health(self) -> None:
        try:
            # Twice: the caller has given up by then, and the thread is free again.
            response = self._http.get(self._health_url, timeout=2 * self._alive_deadline_seconds)
        except httpx.HTTPError as error:
            self._give_up(_reason(error))
        # A proxy that hides /health is alive too; a query shows what it is.
        if response.is_server_error:
            self._give_up(f"it responds HTTP {response.status_code}")

    def _check(self, response: httpx.Response) -> None:
        if response.is_client_error:
            message = f"HTTP {response.status_code}: {response.text[:500]}"
            raise VictoriaMetricsRefusedError(message)
        if not response.is_success:
            self._give_up(f"it responds HTTP {response.status_code}")

    def _fail_if_known_down(self) -> None:
        if time.monotonic() < self._down_until:
            raise VictoriaMetricsDownError(self._down_reason)

    def _give_up(self, reason: str) -> NoReturn:
        self._down_reason = reason
        self._down_until = time.monotonic() + self._known_down_seconds
        raise VictoriaMetricsDownError(reason) from None


def _until(deadline: float, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        if time.monotonic() > deadline:
            message = "the response was not complete in time"
            raise VictoriaMetricsDownError(message)


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
