"""The InfluxDB clients against the real 1.x, VictoriaMetrics' endpoints, and every refusal."""

import json
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from testbed.influxdb import InfluxDB, influxdb
from testbed.process import free_port
from testbed.tls import Authority, https_server
from testbed.victoria_metrics import VictoriaMetrics
from timeseries_io.errors import (
    BadPointsError,
    DatabaseRejectedError,
    DatabaseUnreachableError,
    TimeSeriesError,
)
from timeseries_io.influxdb import InfluxDB1, InfluxDB2, InfluxWriter, Target

LINE = "power,source=tv value=1.5 1795618800000000001"
ROW = {"time": 1795618800000000001, "source": "tv", "value": 1.5}


def write(target: Target, *lines: str) -> None:
    with closing(InfluxWriter(target, timeout_seconds=5)) as writer:
        writer.write(lines)


def test_a_point_is_read_back_from_influxdb_1(influx: InfluxDB) -> None:
    """And is stored once when it is written twice."""
    influx.create_database("home")
    write(InfluxDB1(influx.url, "home"), LINE)
    write(InfluxDB1(influx.url, "home"), LINE)
    assert influx.select("SELECT * FROM power", "home") == [ROW]


def test_the_retention_policy_is_used(influx: InfluxDB) -> None:
    """Points go into the named policy, not into the default one."""
    influx.create_database("home")
    influx.query('CREATE RETENTION POLICY "keep" ON "home" DURATION INF REPLICATION 1')
    write(InfluxDB1(influx.url, "home", retention_policy="keep"), LINE)
    assert influx.select("SELECT * FROM power", "home") == []
    assert influx.select("SELECT * FROM keep.power", "home") == [ROW]


def test_influxdb_1_asks_for_its_login(tmp_path: Path) -> None:
    """A right login writes; a wrong one and none are refused as such."""
    with influxdb(tmp_path, env={"INFLUXDB_HTTP_AUTH_ENABLED": "true"}) as server:
        admin = "CREATE USER u WITH PASSWORD 'p' WITH ALL PRIVILEGES"
        server.query(admin)
        login = {"u": "u", "p": "p"}
        server.query("CREATE DATABASE home", **login)
        write(InfluxDB1(server.url, "home", "u", "p"), LINE)
        for username, password in (("u", "wrong"), ("", "")):
            with pytest.raises(DatabaseRejectedError, match="HTTP 401"):
                write(InfluxDB1(server.url, "home", username, password), LINE)
        (result,) = server.query("SELECT * FROM power", db="home", epoch="ns", **login)
        assert result["series"][0]["values"] == [[ROW["time"], "tv", 1.5]]


def test_a_missing_database_is_for_a_person(influx: InfluxDB) -> None:
    """It is not a fault of the points."""
    with pytest.raises(DatabaseRejectedError, match="database not found"):
        write(InfluxDB1(influx.url, "nowhere"), LINE)


def test_a_refused_point_is_told_from_all_else(influx: InfluxDB) -> None:
    """A conflict of types refuses one point; the others of its batch are stored."""
    influx.create_database("home")
    write(InfluxDB1(influx.url, "home"), LINE)
    conflict = "power,source=tv value=true 1795618800000000002"
    with pytest.raises(BadPointsError, match="field type conflict"):
        write(InfluxDB1(influx.url, "home"), conflict, LINE.replace("tv", "pc"))
    assert {row["source"] for row in influx.select("SELECT * FROM power", "home")} == {"tv", "pc"}


def test_influxdb_2_is_spoken_as_victoriametrics_takes_it(vm: VictoriaMetrics) -> None:
    """`/api/v2/write` with organisation, bucket and nanoseconds."""
    write(InfluxDB2(vm.url, "home", "home", "token"), LINE)
    vm.settle()
    exported = httpx.get(
        f"{vm.url}/api/v1/export", params={"match[]": "power_value"}, trust_env=False
    )
    series = json.loads(exported.text)
    assert (series["values"], series["timestamps"]) == ([1.5], [1795618800000])
    assert series["metric"]["source"] == "tv"


@contextmanager
def answering(status: int, body: str, **headers: str) -> Generator[tuple[str, list[str]]]:
    """A server that answers every POST alike; collects request lines and credentials."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Log nothing: the test asserts."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


JSON = "application/json"
REFUSALS = [
    (400, '{"code":"invalid","message":"unable to parse"}', JSON, BadPointsError),
    (422, '{"code":"unprocessable entity","message":"dropped=1"}', JSON, BadPointsError),
    (413, "<html>too large</html>", "text/html", BadPointsError),
    (200, '{"error":"timeout"}', JSON, BadPointsError),
    (400, "Client sent an HTTP request to an HTTPS server.\n", "text/plain", DatabaseRejectedError),
    (401, '{"code":"unauthorized","message":"unauthorized access"}', JSON, DatabaseRejectedError),
    (403, '{"code":"forbidden","message":"no write"}', JSON, DatabaseRejectedError),
    (404, '{"code":"not found","message":"bucket not found"}', JSON, DatabaseRejectedError),
    (302, "", "text/html", DatabaseRejectedError),
    (503, '{"code":"unavailable"}', JSON, DatabaseUnreachableError),
    (500, "oops", "text/plain", DatabaseUnreachableError),
]


@pytest.mark.parametrize(("status", "body", "content_type", "error"), REFUSALS)
def test_each_answer_calls_for_its_reaction(
    status: int, body: str, content_type: str, error: type[TimeSeriesError]
) -> None:
    """Bad points are set aside, a wrong set-up keeps all, an overload is tried again."""
    with (
        answering(status, body, Content_Type=content_type) as (url, _),
        pytest.raises(TimeSeriesError) as raised,
    ):
        write(InfluxDB2(url, "o", "b", "t"), LINE)
    assert type(raised.value) is error


def test_a_server_may_ask_to_wait() -> None:
    """`Retry-After` reaches the sender."""
    with (
        answering(429, "", Retry_After="17") as (url, _),
        pytest.raises(DatabaseUnreachableError) as raised,
    ):
        write(InfluxDB2(url, "o", "b", "t"), LINE)
    assert raised.value.retry_after_seconds == 17


def test_the_token_goes_with_each_request() -> None:
    """As InfluxDB 2 wants it, and never into a repr."""
    target = InfluxDB2("", "org 1", "b", "secret-token")
    with answering(204, "") as (url, seen):
        write(InfluxDB2(url, target.org, target.bucket, target.token), LINE)
    assert seen == ["/api/v2/write?org=org+1&bucket=b&precision=ns Token secret-token"]
    assert "secret-token" not in repr(target)


def test_nobody_at_the_port_is_unreachable() -> None:
    """A refused connection is tried again."""
    with pytest.raises(DatabaseUnreachableError):
        write(InfluxDB1(f"http://127.0.0.1:{free_port()}", "home"), LINE)


def test_why_there_is_no_connection_is_named(tmp_path: Path) -> None:
    """A certificate that is not trusted, and a name that does not resolve."""
    with (
        https_server(Authority.create(tmp_path).context()) as url,
        pytest.raises(DatabaseUnreachableError, match="its certificate is refused"),
    ):
        write(InfluxDB1(url, "home"), LINE)
    with pytest.raises(DatabaseUnreachableError, match="its name cannot be resolved"):
        write(InfluxDB1("http://no-such-name.invalid", "home"), LINE)


@pytest.mark.parametrize(
    ("text", "seconds"), [("soon", None), ("Sat, 21 Nov 2020 12:00:00 GMT", 0), ("1e9", 86_400)]
)
def test_any_form_of_retry_after_is_understood(text: str, seconds: float | None) -> None:
    """No server can stop the sender for more than a day."""
    with (
        answering(503, "", Retry_After=text) as (url, _),
        pytest.raises(DatabaseUnreachableError) as raised,
    ):
        write(InfluxDB2(url, "o", "b", "t"), LINE)
    assert raised.value.retry_after_seconds == seconds
