"""One HTTP client for VictoriaMetrics: quick to detect an outage, patient while it is slow."""

import time
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import httpx

from bff.victoriametrics.errors import VictoriaMetricsDownError, VictoriaMetricsRefusedError
from bff.victoriametrics.liveness import PROBE_DEADLINE_SECONDS, Liveness
from bff.victoriametrics.patience import (
    REQUEST_SECONDS,
    Patience,
    count_in_vain,
    limit_seconds,
)
from service_kit.unreachable import why_unreachable

# More than the largest bulk read needs; what follows is refused, so that memory stays bounded.
MAX_BODY_BYTES = 256 * 2**20
MAX_QUERIES_AT_ONCE = 40  # as many as there are threads for requests

# Device id and source of a series.
type SourceOfDevice = tuple[str, str]


class VictoriaMetrics:
    """A client of one base URL: a vmsingle, or `…/select/<tenant>/prometheus` of a cluster.

    A query waits for `deadline_seconds` as long as the server is alive, and fails at once while
    it is down. A request whose queries failed late sends no more of them (`BoundedWaiting`).
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        deadline_seconds: float = REQUEST_SECONDS,
        probe_deadline_seconds: float = PROBE_DEADLINE_SECONDS,
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._probe_deadline_seconds = probe_deadline_seconds
        # A proxy of the environment has no business between two services of one house.
        # Compressing exports takes both sides longer than the network within a house saves.
        plain = {"Accept-Encoding": "identity"}
        # The authorities of certificates take 2 MiB: they are loaded where there is one to check.
        is_tls = httpx.URL(base_url).scheme == "https"
        self._http = httpx.Client(
            base_url=base_url, auth=auth, trust_env=False, headers=plain, verify=is_tls
        )
        # A cluster answers it at its root, not below a tenant.
        self._health_url = httpx.URL(base_url).copy_with(path="/health", query=None)
        self._threads = ThreadPoolExecutor(MAX_QUERIES_AT_ONCE, thread_name_prefix="vm-query")
        self._liveness = Liveness(self._probe, deadline_seconds=probe_deadline_seconds)

    def fetch(
        self, path: str, form: Mapping[str, str], *, deadline_seconds: float | None = None
    ) -> bytes:
        """POST a query and return the body, however late while the server is alive.

        Args:
            path: Below the base URL.
            form: The parameters.
            deadline_seconds: Another one than that of a query for the present.

        Raises:
            VictoriaMetricsDownError: The server is down, or the body was not complete in time.
            VictoriaMetricsRefusedError: The response was 4xx.
        """
        self._liveness.raise_if_down()
        limited_seconds = _limited(deadline_seconds or self._deadline_seconds)
        with count_in_vain(VictoriaMetricsDownError):
            body = self._threads.submit(self._read, path, form, limited_seconds)
            return self._wait_for(body, limited_seconds)

    def check_answers(self) -> None:
        """Check that the server is alive, as of the last probes.

        Raises:
            VictoriaMetricsDownError: It is not.
        """
        self._liveness.wait_for_first()
        self._liveness.raise_if_down()

    @contextmanager
    def stream(
        self, path: str, form: Mapping[str, str], patience: Patience
    ) -> Generator[Iterator[bytes]]:
        """POST a query and yield the body in chunks as they arrive, for bulk reading.

        Raises:
            VictoriaMetricsDownError: Down, or the body was too long or not complete in time.
            VictoriaMetricsRefusedError: The response was 4xx.
        """
        self._liveness.raise_if_down()
        began = time.monotonic()
        pause_seconds = _limited(patience.pause_seconds)
        timeout = httpx.Timeout(pause_seconds, connect=self._probe_deadline_seconds)
        with count_in_vain(VictoriaMetricsDownError):
            try:
                with self._http.stream("POST", path, data=dict(form), timeout=timeout) as response:
                    if response.is_error:
                        response.read()
                    _check(response)
                    yield _bounded(response.iter_bytes(), began, patience.deadline_seconds)
            except httpx.HTTPError as error:
                raise VictoriaMetricsDownError(_reason(error)) from None

    def close(self) -> None:
        """Stop probing and close the connections."""
        self._liveness.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def _read(self, path: str, form: Mapping[str, str], deadline_seconds: float) -> bytes:
        patience = Patience(deadline_seconds, pause_seconds=deadline_seconds)
        with self.stream(path, form, patience) as body:
            return b"".join(body)

    def _wait_for(self, body: Future[bytes], deadline_seconds: float) -> bytes:
        """Wait until it is there or the server is found to be down."""
        down = self._liveness.down
        done, _ = wait((body, down), deadline_seconds, FIRST_COMPLETED)
        if body in done:
            return body.result()
        body.cancel()
        if down in done:
            raise VictoriaMetricsDownError(down.result())
        raise _late(deadline_seconds)

    def _probe(self) -> None:
        timeout = self._probe_deadline_seconds
        try:
            with self._http.stream("GET", self._health_url, timeout=timeout) as response:
                # A proxy that hides /health is alive too; a query shows what it is.
                if response.is_server_error:
                    message = f"it responds HTTP {response.status_code}"
                    raise VictoriaMetricsDownError(message)
                # So that the connection is used again; a long body is not worth it.
                next(response.iter_raw(), b"")
        except httpx.HTTPError as error:
            raise VictoriaMetricsDownError(_reason(error)) from None


def _check(response: httpx.Response) -> None:
    if response.is_client_error:
        message = f"HTTP {response.status_code}: {response.text[:500]}"
        raise VictoriaMetricsRefusedError(message)
    if not response.is_success:
        message = f"it responds HTTP {response.status_code}"
        raise VictoriaMetricsDownError(message)


def _limited(wanted_seconds: float) -> float:
    """Return how long to wait; raise where a request has waited long enough already."""
    if (limited_seconds := limit_seconds(wanted_seconds)) > 0:
        return limited_seconds
    message = "timed out: an earlier query of this request was not answered in time"
    raise VictoriaMetricsDownError(message)


def _late(deadline_seconds: float) -> VictoriaMetricsDownError:
    return VictoriaMetricsDownError(f"timed out: no answer within {deadline_seconds} s")


def _bounded(chunks: Iterator[bytes], began: float, deadline_seconds: float) -> Iterator[bytes]:
    size_bytes = 0
    for chunk in chunks:
        yield chunk
        size_bytes += len(chunk)
        if size_bytes > MAX_BODY_BYTES:
            message = f"the response is longer than {MAX_BODY_BYTES} bytes"
            raise VictoriaMetricsDownError(message)
        if time.monotonic() - began > deadline_seconds:
            raise _late(deadline_seconds)


def _reason(error: httpx.HTTPError) -> str:
    return why_unreachable(error) or str(error) or type(error).__name__
