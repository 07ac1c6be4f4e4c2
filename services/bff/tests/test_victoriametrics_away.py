"""VictoriaMetrics stops, hangs, is slow, comes back; the BFF distinguishes these, unrestarted."""

import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from bff.openapi import FILE
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.errors import RETRY_AFTER_SECONDS, VictoriaMetricsDownError
from bff.victoriametrics.export import export, parse_line
from bff.victoriametrics.parse import parse_instant
from bff.victoriametrics.patience import REQUEST_SECONDS, bounded_waiting, limit_seconds
from testbed.process import free_port
from testbed.tls import Authority, https_server
from testbed.victoria_metrics import VictoriaMetrics as RealVictoriaMetrics
from testbed.victoria_metrics import victoria_metrics

type OpenBff = Callable[..., httpx.Client]

PATIENCE_SECONDS = 30.0
# A machine that runs four tests at once takes longer, and is no fault of the BFF.
SLOW = 5.0


def assert_says_down_at_once(api: httpx.Client) -> None:
    """503 with Retry-After, each time it is asked anew and not only remembered.

    The best of three, so that a busy machine is not mistaken for us.
    """
    assert min(seconds_until_503(api) for _ in range(3)) < 0.3


def seconds_until_503(api: httpx.Client) -> float:
    time.sleep(RETRY_AFTER_SECONDS)  # what is tested is the time that passes, so it must pass
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
    """It accepts connections and never answers: found in the background, then 503 at once."""
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


PARAMETERS = {
    "device": "a",
    "from": "2026-01-01T00:00:00Z",
    "to": "2026-01-02T00:00:00Z",
    "period": "2026-01",
}
# A probe that hangs is given up after a second, the second one makes the server down.
MAX_SECONDS = 3.0


# It answers at once whatever happens, and never ends by itself.
STREAM = "/api/v1/live"


def routes() -> Iterator[tuple[str, dict[str, str]]]:
    """Every path that can be read, with its parameters."""
    for path, methods in json.loads(FILE.read_text(encoding="utf-8"))["paths"].items():
        wanted = methods.get("get", {}).get("parameters", ())
        names = {each["name"]: each["in"] for each in wanted if each.get("required")}
        if "get" in methods and path != STREAM:
            inside = {name: PARAMETERS.get(name, "1") for name in names}
            query = {name: inside[name] for name, where in names.items() if where == "query"}
            yield path.removeprefix("/api/v1").format_map(inside), query


def test_every_route_answers_while_the_server_hangs(open_bff: OpenBff, tmp_path: Path) -> None:
    """Requested the moment it begins to hang: 503 with the cause, or what needs no samples."""
    with victoria_metrics(tmp_path) as vm:
        api = open_bff(vm.url)
        assert_recovers(api)
        vm.process.send_signal(signal.SIGSTOP)
        try:
            answers = _read_every_route(api)
        finally:
            vm.process.send_signal(signal.SIGCONT)
    assert len(answers) > 25
    assert {answer.status_code for answer in answers} <= {200, 404, 422, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) > 5
    assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
    assert [a.url for a in refused if a.elapsed.total_seconds() > MAX_SECONDS * SLOW] == []


@contextmanager
def _hanging_queries(vm_url: str, hangs: threading.Event) -> Generator[str]:
    """A VictoriaMetrics that is alive, and answers no query while `hangs` is set."""
    released = threading.Event()

    def wait() -> None:
        if hangs.is_set():
            released.wait(10 * PATIENCE_SECONDS)

    with _passing_on(vm_url, wait) as url:
        try:
            yield url
        finally:
            released.set()


def test_every_route_answers_while_queries_hang(open_bff: OpenBff, vm: RealVictoriaMetrics) -> None:
    """Although the server is alive: 503 with the cause, or what needs no samples."""
    assert REQUEST_SECONDS < MAX_SECONDS
    hangs = threading.Event()
    with _hanging_queries(vm.url, hangs) as url:
        api = open_bff(url)
        assert_recovers(api)
        hangs.set()
        answers = _read_every_route(api)
    assert {answer.status_code for answer in answers} <= {200, 404, 422, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) > 5
    assert any("timed out" in answer.json()["detail"] for answer in refused)
    assert [a.url for a in answers if a.elapsed.total_seconds() > MAX_SECONDS * SLOW] == []


def _read_every_route(api: httpx.Client) -> list[httpx.Response]:
    with ThreadPoolExecutor(40) as clients:
        return list(clients.map(lambda each: api.get(each[0], params=each[1]), routes()))


def test_a_request_waits_in_vain_once(vm: RealVictoriaMetrics) -> None:
    """After one query that was not answered in time the next ones of a request are not sent."""
    hangs = threading.Event()
    with _hanging_queries(vm.url, hangs) as url:
        client = VictoriaMetrics(url, deadline_seconds=60, probe_deadline_seconds=30)
        with bounded_waiting(0.2):
            hangs.set()
            with pytest.raises(
                VictoriaMetricsDownError, match=r"^timed out(: no answer within.*)?$"
            ):
                client.fetch("/api/v1/query", {"query": "1"})
            hangs.clear()  # an answer would come now
            with pytest.raises(VictoriaMetricsDownError, match="an earlier query"):
                client.fetch("/api/v1/query", {"query": "1"})
            with pytest.raises(VictoriaMetricsDownError, match="an earlier query"):
                list(export(client, "{}", 0, 1))
        assert client.fetch("/api/v1/query", {"query": "1"})
        client.close()


def test_slow_answers_are_not_waited_for_in_vain(vm: RealVictoriaMetrics) -> None:
    """A request with many slow answers gets all of them."""
    with _slow(vm.url, delay_seconds=0.2) as url:
        client = VictoriaMetrics(url, deadline_seconds=60, probe_deadline_seconds=30)
        client.fetch("/api/v1/query", {"query": "1"})  # a first one opens the connection
        with bounded_waiting(30):
            before = limit_seconds(60)
            for _ in range(2):
                client.fetch("/api/v1/query", {"query": "1"})
            assert limit_seconds(60) == before == 30
        client.close()


def test_a_long_query_ends_when_the_server_hangs(tmp_path: Path) -> None:
    """Its own deadline is far away: that the server answers no probe any more ends it."""
    with victoria_metrics(tmp_path) as vm:
        client = VictoriaMetrics(vm.url, probe_deadline_seconds=0.5)
        client.check_answers()
        vm.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(
                VictoriaMetricsDownError, match=r"no answer within 0\.5 s|timed out"
            ):
                client.fetch("/api/v1/query", {"query": "1"}, deadline_seconds=600)
        finally:
            vm.process.send_signal(signal.SIGCONT)
        client.close()


@contextmanager
def _slow(vm_url: str, *, delay_seconds: float) -> Generator[str]:
    """A VictoriaMetrics that is alive and takes long over each question."""
    with _passing_on(vm_url, lambda: time.sleep(delay_seconds)) as url:
        yield url  # what is tested is the time that passes


@contextmanager
def _passing_on(vm_url: str, wait: Callable[[], None]) -> Generator[str]:
    """A server before VictoriaMetrics that waits before it passes a query on."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            wait()
            self._pass_on(body)

        def _pass_on(self, body: bytes) -> None:
            kind = {"content-type": "application/x-www-form-urlencoded"}
            with suppress(OSError, httpx.TransportError):  # either may be gone when a wait ends
                answer = httpx.request(
                    self.command, vm_url + self.path, content=body, headers=kind, trust_env=False
                )
                self.send_response(answer.status_code)
                self.end_headers()
                self.wfile.write(answer.content)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing on stderr."""

    with _listening(Proxy) as url:
        yield url


def test_slow_but_alive(open_bff: OpenBff, vm: RealVictoriaMetrics) -> None:
    """A busy machine's VictoriaMetrics is waited for: late and right, not 503."""
    with _slow(vm.url, delay_seconds=1) as url:
        api = open_bff(url)
        assert {each["state"] for each in assert_recovers(api).json()} == {"silent"}


def test_too_slow_is_not_down(vm: RealVictoriaMetrics) -> None:
    """A question that outlasts its deadline fails alone: the next one is asked again."""
    with _slow(vm.url, delay_seconds=1) as url:
        client = VictoriaMetrics(url, deadline_seconds=0.1, probe_deadline_seconds=10)
        with pytest.raises(VictoriaMetricsDownError, match="timed out"):
            client.fetch("/api/v1/query", {"query": "1"})
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
    client = VictoriaMetrics(f"http://127.0.0.1:{full_port}", probe_deadline_seconds=0.05)
    # The limit of the probe and that of its first step are the same: either may be the first.
    with pytest.raises(VictoriaMetricsDownError, match=r"no answer within 0\.05 s|timed out"):
        client.fetch("/api/v1/query", {"query": "1"})
    began = time.perf_counter()
    for _ in range(100):
        with pytest.raises(VictoriaMetricsDownError):
            client.fetch("/api/v1/query", {"query": "1"})
    assert time.perf_counter() - began < 100 * 0.05
    client.close()


def test_a_server_that_drips_is_given_up() -> None:
    """Each byte comes in time, the whole answer does not: only a total deadline sees it."""
    with _answering(_drip) as url:
        client = VictoriaMetrics(url, deadline_seconds=0.2)
        with pytest.raises(VictoriaMetricsDownError, match="no answer within"):
            client.fetch("/api/v1/query", {"query": "1"})
        client.close()


def _drip(page: BaseHTTPRequestHandler) -> None:
    page.send_header("content-length", "1000")
    page.end_headers()
    with suppress(OSError):  # the client has given up
        for _ in range(100):
            page.wfile.write(b"1")
            time.sleep(0.02)


def _endless(page: BaseHTTPRequestHandler) -> None:
    page.end_headers()
    with suppress(OSError):
        while True:
            page.wfile.write(b" " * 2**20)


def test_an_endless_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """One limit of size for queries and exports: memory stays bounded whatever is sent."""
    monkeypatch.setattr("bff.victoriametrics.client.MAX_BODY_BYTES", 2**22)
    with _answering(_endless) as url:
        client = VictoriaMetrics(url)
        with pytest.raises(VictoriaMetricsDownError, match="longer than 4194304 bytes"):
            client.fetch("/api/v1/query", {"query": "1"})
        with pytest.raises(VictoriaMetricsDownError, match="longer than 4194304 bytes"):
            list(export(client, "{}", 0, 1))
        client.close()


ODD_ANSWERS = {
    "page": b"<html>",
    "empty": b"",
    "null": b"null",
    "error with 200": b'{"status":"error","errorType":"422","error":"no"}',
    "no result": b'{"status":"success","data":{}}',
    "text for a value": b'{"status":"success","data":{"result":[{"metric":{},"value":[1,"x"]}]}}',
    "partial": b'{"status":"success","isPartial":true,"data":{"result":[]}}',
}


DAY = "?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
NEED_VICTORIAMETRICS = ("/devices", "/places", "/overview", f"/cost{DAY}", f"/reconcile{DAY}")


@pytest.mark.parametrize("body", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_what_is_not_an_answer_is_503(open_bff: OpenBff, body: bytes) -> None:
    """Whatever is sent instead of an answer: 503 with the cause, and no number made of it."""
    with _answering(lambda page: _send(page, body)) as url:
        api = open_bff(url)
        for path in NEED_VICTORIAMETRICS:
            refused = api.get(path)
            assert refused.status_code == 503, path
            kind = "partial" if b"isPartial" in body else "down"
            assert refused.json()["type"] == f"urn:ppms:victoriametrics-{kind}"
            assert kind == "partial" or "VICTORIAMETRICS_URL" in refused.json()["detail"]


@pytest.mark.parametrize("infinity", ["+Inf", "Infinity", "-Inf"])
def test_infinite_values_have_one_parser(infinity: str) -> None:
    """Releases spell them in several ways, bare in an export."""
    answer = (
        f'{{"status":"success","data":{{"result":[{{"metric":{{}},"value":[1,"{infinity}"]}}]}}}}'
    )
    (series,) = parse_instant(answer.encode())
    _, _, values = parse_line(
        f'{{"metric":{{}},"values":[{infinity},null],"timestamps":[1,2]}}'.encode()
    )
    assert series.value[1] == values[0] == float(infinity)


def _send(page: BaseHTTPRequestHandler, body: bytes) -> None:
    page.send_header("content-length", str(len(body)))
    page.end_headers()
    page.wfile.write(body)


def test_what_is_not_victoriametrics_is_named(open_bff: OpenBff) -> None:
    """An address that answers something else: the problem names the setting."""
    with _answering(lambda page: _send(page, b"<html>")) as url:
        refused = open_bff(url).get("/devices")
    assert refused.status_code == 503
    assert "is VICTORIAMETRICS_URL right?" in refused.json()["detail"]


def test_why_there_is_no_connection_is_named(tmp_path: Path) -> None:
    """A certificate that is not trusted, and a name that does not resolve."""
    with https_server(Authority.create(tmp_path).context()) as url:
        for address, reason in (
            (url, "its certificate is refused"),
            ("http://no-such-name.invalid", "its name cannot be resolved"),
        ):
            client = VictoriaMetrics(address, probe_deadline_seconds=30)
            with pytest.raises(VictoriaMetricsDownError, match=reason):
                client.check_answers()
            client.close()


@contextmanager
def _answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Generator[str]:
    """A server that is alive and answers each query in this way."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            answer(self)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing on stderr."""

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
