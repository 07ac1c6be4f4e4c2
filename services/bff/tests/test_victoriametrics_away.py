"""VictoriaMetrics stops, hangs, is slow and comes back; the BFF tells these apart, unrestarted."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from bff.victoriametrics.client import KNOWN_DOWN_SECONDS, VictoriaMetrics, VictoriaMetricsDownError
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics as RealVictoriaMetrics
from testbed.victoria_metrics import victoria_metrics

type OpenBff = Callable[..., httpx.Client]

PATIENCE_SECONDS = 30.0


def assert_says_down_at_once(api: httpx.Client) -> None:
    """503 with Retry-After, each time it is asked anew and not only remembered.

    The best of three, so that a busy machine is not mistaken for us.
    """
    assert min(seconds_until_503(api) for _ in range(3)) < 0.3


def seconds_until_503(api: httpx.Client) -> float:
    time.sleep(KNOWN_DOWN_SECONDS)  # what is tested is the time that passes, so it must pass
    began = time.perf_counter()
    refused = api.get("/devices")
    lasted = time.perf_counter() - began
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["type"] == "urn:ppms:victoriametrics-down"
    return lasted


def assert_recovers(api: httpx.Client) -> httpx.Response:
    """The first good answer about the devices."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := api.get("/devices")).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


def test_stopped_and_started_again(open_bff: OpenBff, tmp_path: Path) -> None:
    """Nobody listens: 503 within 300 ms, prices are served; back up: answers without restart."""
    port = free_port()
    with victoria_metrics(tmp_path, port=port) as vm:
        api = open_bff(vm.url)
        assert_recovers(api)
    assert_says_down_at_once(api)
    assert api.get("/unit_prices").status_code == 200
    assert api.get("/house").status_code == 200
    with victoria_metrics(tmp_path, port=port):
        assert_recovers(api)


def test_hanging(open_bff: OpenBff, tmp_path: Path) -> None:
    """It accepts connections and never answers: the deadline is total, and paid once a second."""
    with victoria_metrics(tmp_path) as vm:
        api = open_bff(vm.url)
        assert_recovers(api)
        vm.process.send_signal(signal.SIGSTOP)
        try:
            assert_says_down_at_once(api)
            assert api.get("/unit_prices").status_code == 200
        finally:
            vm.process.send_signal(signal.SIGCONT)
        assert_recovers(api)


@contextmanager
def _slow(vm_url: str, *, delay_seconds: float) -> Generator[str]:
    """A VictoriaMetrics that is alive and takes long over each question."""

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            time.sleep(delay_seconds)  # what is tested is the time that passes
            self._pass_on(body)

        def _pass_on(self, body: bytes) -> None:
            kind = {"content-type": "application/x-www-form-urlencoded"}
            answer = httpx.request(
                self.command, vm_url + self.path, content=body, headers=kind, trust_env=False
            )
            with suppress(BrokenPipeError):  # whoever asked may have given up
                self.send_response(answer.status_code)
                self.end_headers()
                self.wfile.write(answer.content)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing on stderr."""

    with _listening(Slow) as url:
        yield url


def test_slow_but_alive(open_bff: OpenBff, vm: RealVictoriaMetrics) -> None:
    """A busy machine's VictoriaMetrics is waited for: late and right, not 503."""
    with _slow(vm.url, delay_seconds=1) as url:
        api = open_bff(url)
        assert {each["state"] for each in assert_recovers(api).json()} == {"silent"}


def test_too_slow_is_not_down(vm: RealVictoriaMetrics) -> None:
    """A question that outlasts its deadline fails alone: the next one is asked again."""
    with _slow(vm.url, delay_seconds=1) as url:
        client = VictoriaMetrics(
            url, deadline_seconds=0.1, alive_deadline_seconds=10, known_down_seconds=60
        )
        with pytest.raises(VictoriaMetricsDownError, match="timed out"):
            client.fetch_json("/api/v1/query", {"query": "1"})
        client.check_answers()
        client.close()


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full: a further one hangs, as behind a firewall."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]
        for each in waiting:
            each.close()


def test_a_port_that_swallows_connections(full_port: int) -> None:
    """No connection within the deadline is down; the next question fails without waiting."""
    client = VictoriaMetrics(
        f"http://127.0.0.1:{full_port}", alive_deadline_seconds=0.05, known_down_seconds=60
    )
    with pytest.raises(VictoriaMetricsDownError, match=r"no answer within 0\.05 s"):
        client.fetch_json("/api/v1/query", {"query": "1"})
    began = time.perf_counter()
    for _ in range(100):
        with pytest.raises(VictoriaMetricsDownError):
            client.fetch_json("/api/v1/query", {"query": "1"})
    assert time.perf_counter() - began < 100 * 0.05
    client.close()


def test_a_server_that_drips_is_down_too() -> None:
    """Each byte comes in time, the whole answer does not: only a total deadline sees it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = VictoriaMetrics(
            f"http://127.0.0.1:{listening.getsockname()[1]}", alive_deadline_seconds=0.2
        )
        with pytest.raises(VictoriaMetricsDownError, match="no answer within"):
            _ask_while_dripping(client, listening)
        client.close()


def _ask_while_dripping(client: VictoriaMetrics, listening: socket.socket) -> None:
    enough = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            while not enough.wait(0.02):
                connection.sendall(b"1")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        client.fetch_json("/api/v1/query", {"query": "1"})
    finally:
        enough.set()
        thread.join()


def test_what_is_not_victoriametrics_is_named(open_bff: OpenBff) -> None:
    """An address that answers something else: the problem names the setting."""
    with _web_page() as url:
        refused = open_bff(url).get("/devices")
    assert refused.status_code == 503
    assert "is VICTORIAMETRICS_URL right?" in refused.json()["detail"]


@contextmanager
def _web_page() -> Generator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def do_POST(self) -> None:
            self.do_GET()

    with _listening(Page) as url:
        yield url


@contextmanager
def _listening(handler: type[BaseHTTPRequestHandler]) -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
