"""The process: clear words at the start, safe writes, a clean end."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest

from service_kit.server import listen
from testbed.bff import Bff
from testbed.power_cut import cut_power, select_after_cut
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics
from testbed.volume import Volume

type StartBff = Callable[..., Bff]


def failed_start(settings: dict[str, str]) -> str:
    """What a BFF writes that cannot start."""
    ended = subprocess.run(
        [sys.executable, "-m", "bff"],
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_running_bff_is_healthy_measured_and_ends_on_sigterm(start_bff: StartBff) -> None:
    """Alive, ready, with durations by route; SIGTERM ends it with code 0 and without errors."""
    running = start_bff(VIRTUAL_HOME="true")
    assert running.http.get("/house").json()["virtual"] is True
    running.http.get("/unit_prices/7")
    health = httpx.Client(base_url=running.health_url, trust_env=False)
    assert health.get("/healthz").text == "ok\n"
    ready = {"database": "ok", "writes": "ok", "ledger": "ok", "victoriametrics": "ok"}
    assert health.get("/readyz").json() == ready
    metrics = health.get("/metrics").text
    labels = 'method="GET",route="/unit_prices/{price_id}",status="404"'
    assert f"bff_request_duration_seconds_count{{{labels}}} 1.0" in metrics
    checked = subprocess.run(
        ["promtool", "check", "metrics"],  # noqa: S607 - unpacked by scripts/, found on PATH
        input=metrics,
        text=True,
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    health.close()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    log = running.log.read_text()
    assert "stopped" in log
    assert "ERROR" not in log


def test_a_line_of_the_log_names_its_request(start_bff: StartBff, vm: VictoriaMetrics) -> None:
    """A proxy's id is kept, in the answer and in the log; one that could forge lines is not."""
    running = start_bff(VICTORIAMETRICS_URL=f"{vm.url}/nowhere", LOG_FORMAT="json")
    sent = ["from-a-proxy.1", "two words", "x" * 65]
    answers = [running.http.get("/devices", headers={"X-Request-Id": name}) for name in sent]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert ids[0] == sent[0]
    assert all(re.fullmatch("[0-9a-f]{16}", own) for own in ids[1:])
    lines = [json.loads(line) for line in running.log.read_text().splitlines()]
    refused = [
        line for line in lines if "refused a query" in line["event"] and "request_id" in line
    ]
    assert [line["request_id"] for line in refused] == ids


def test_a_second_bff_on_an_sqlite_file_refuses_to_start(
    start_bff: StartBff, bff_settings: dict[str, str]
) -> None:
    """It names the first and the way out; the first goes on."""
    first = start_bff()
    ports = {"LISTEN_PORT": str(free_port()), "HEALTH_PORT": str(free_port())}
    text = failed_start(bff_settings | ports)
    assert f"process {first.process.pid} on " in text
    assert "or let both use PostgreSQL" in text
    assert first.http.get("/unit_prices").status_code == 200


def test_ready_without_victoriametrics(start_bff: StartBff) -> None:
    """Prices can be served: taking the BFF out of service would take them too."""
    running = start_bff(VICTORIAMETRICS_URL="http://127.0.0.1:1")
    state = httpx.get(f"{running.health_url}/readyz", trust_env=False)
    assert state.status_code == 200
    assert "does not answer" in state.json()["victoriametrics"]


@pytest.mark.parametrize("setting", ["LISTEN_PORT", "HEALTH_PORT"])
def test_a_taken_port_is_named_by_its_setting(
    start_bff: StartBff, bff_settings: dict[str, str], setting: str
) -> None:
    """One line with the setting to change."""
    start_bff()
    other = "HEALTH_PORT" if setting == "LISTEN_PORT" else "LISTEN_PORT"
    written = failed_start(bff_settings | {other: str(free_port())})
    port = bff_settings[setting]
    assert written == f"{setting} {port} on 127.0.0.1 is taken; choose another {setting}\n"


def test_settings_that_are_missing_or_wrong_are_all_named(bff_settings: dict[str, str]) -> None:
    """By the names they have in the environment."""
    del bff_settings["CONFIG_FILE"]
    written = failed_start(bff_settings | {"LISTEN_PORT": "http"})
    assert [line.split(":")[0] for line in written.splitlines()] == [
        "CONFIG_FILE",
        "LISTEN_PORT",
    ]


def test_a_database_that_cannot_be_opened_is_one_line(bff_settings: dict[str, str]) -> None:
    """It names DATABASE_URL."""
    written = failed_start(bff_settings | {"DATABASE_URL": "sqlite:////nowhere/bff.db"})
    assert written.startswith("DATABASE_URL sqlite:////nowhere/bff.db cannot be used")
    assert written.count("\n") == 1


def test_a_wrong_configuration_lists_its_problems(
    bff_settings: dict[str, str], home_file: Path
) -> None:
    """With file and line."""
    home_file.write_text(home_file.read_text().replace("Asia/Tokyo", "Tokyo"))
    assert failed_start(bff_settings).startswith(f"{home_file}:3: time_zone:")


def test_a_changed_configuration_is_taken_and_a_broken_one_is_not(
    start_bff: StartBff, home_file: Path
) -> None:
    """Without a restart; the last good one stays, and the log has the reason."""
    running = start_bff()
    good = home_file.read_text()
    home_file.write_text(good.replace("en: Home", "en: Villa"))
    assert running.http.get("/house").json()["name"]["en"] == "Villa"
    home_file.write_text("house: [")
    assert running.http.get("/house").json()["name"]["en"] == "Villa"
    assert "the last good one stays" in running.log.read_text()
    assert "bff_config_last_reload_successful 0.0" in metrics(running)
    home_file.unlink()
    assert running.http.get("/house").json()["name"]["en"] == "Villa"
    home_file.write_text(good)
    assert running.http.get("/house").json()["name"]["en"] == "Home"
    assert "bff_config_last_reload_successful 1.0" in metrics(running)


def metrics(running: Bff) -> str:
    return httpx.get(f"{running.health_url}/metrics", trust_env=False).text


def assert_only_writes_fail(running: Bff, problem_type: str, text: str) -> None:
    """Each write is refused with the cause; reads, readiness and the log go on."""
    refused = running.http.post("/unit_prices", json=price(2026))
    assert (refused.status_code, refused.json()["type"]) == (503, f"urn:ppms:{problem_type}")
    assert len(running.http.get("/unit_prices").json()) == 1
    ready = httpx.get(f"{running.health_url}/readyz", trust_env=False)
    assert (ready.status_code, ready.json()["writes"]) == (200, text)


def price(year: int) -> dict[str, str]:
    begins, ends = (f"{each}-01-01T00:00:00+09:00" for each in (year, year + 1))
    return {"price_per_kwh": "31", "valid_from": begins, "valid_to": ends}


def test_a_volume_that_becomes_read_only_or_full_stops_writes_alone(
    start_bff: StartBff, small_volume: Volume
) -> None:
    """One line each, without a traceback; with the volume mended writes work, unrestarted."""
    running = start_bff(DATABASE_URL=f"sqlite:///{small_volume.path / 'bff.db'}")
    assert running.http.post("/unit_prices", json=price(2025)).status_code == 201
    small_volume.set_read_only(read_only=True)
    assert_only_writes_fail(
        running, "database-read-only", "The volume of the database is read-only."
    )
    small_volume.set_read_only(read_only=False)
    small_volume.fill()
    assert_only_writes_fail(running, "disk-full", "The volume of the database is full.")
    small_volume.empty()
    assert running.http.post("/unit_prices", json=price(2026)).status_code == 201
    assert "Traceback" not in running.log.read_text()


def test_kill_9_loses_no_acknowledged_price(start_bff: StartBff) -> None:
    """Killed under a stream of writes: after a restart each acknowledged one is there, whole.

    Every write ends the open price and opens another in one transaction, so a half-made one
    would show as a gap, an overlap, or two open prices.
    """
    running = start_bff()
    acknowledged: list[dict[str, object]] = []
    enough = threading.Event()
    writer = threading.Thread(target=write_until_killed, args=(running, acknowledged, enough))
    writer.start()
    assert enough.wait(60)
    running.process.kill()
    writer.join()
    stored = start_bff().http.get("/unit_prices").json()
    assert len(stored) - len(acknowledged) in {0, 1}
    assert [row["id"] for row in acknowledged] == [row["id"] for row in stored][: len(acknowledged)]
    assert [row["note"] for row in stored] == [f"price {number}" for number in range(len(stored))]
    ends = [row["valid_to"] for row in stored]
    assert ends == [row["valid_from"] for row in stored[1:]] + [None]


def write_until_killed(
    running: Bff, acknowledged: list[dict[str, object]], enough: threading.Event
) -> None:
    for number in count():
        begins = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        price = {
            "price_per_kwh": str(number),
            "valid_from": begins.isoformat(),
            "note": f"price {number}",
            "close_open_price": True,
        }
        try:
            acknowledged.append(running.http.post("/unit_prices", json=price).json())
        except httpx.TransportError:
            return
        if number == 20:
            enough.set()


def test_a_power_cut_loses_no_acknowledged_price(start_bff: StartBff, tmp_path: Path) -> None:
    """The database and its journal, copied in the middle of writes, are whole when opened again."""
    (folder := tmp_path / "data").mkdir()
    running = start_bff(DATABASE_URL=f"sqlite:///{folder / 'bff.db'}")
    acknowledged: list[dict[str, object]] = []
    writer = threading.Thread(
        target=write_until_killed, args=(running, acknowledged, threading.Event())
    )
    writer.start()
    columns = "SELECT id, note, valid_from_unix_ms, valid_to_unix_ms FROM unit_prices ORDER BY id"
    try:
        for copy in cut_power(running.process.pid, folder, tmp_path / "copies"):
            known = [row["id"] for row in acknowledged]
            rows = select_after_cut(copy / "bff.db", columns)
            assert [row[0] for row in rows[: len(known)]] == known
            assert [row[1] for row in rows] == [f"price {number}" for number in range(len(rows))]
            assert [row[3] for row in rows] == [row[2] for row in rows[1:]] + [None] * bool(rows)
    finally:
        running.process.kill()
        writer.join()


def test_prices_written_at_the_same_time_never_overlap(start_bff: StartBff) -> None:
    """Twenty clients want the same month: one gets it, all others get the row that has it."""
    running = start_bff()
    price = {"price_per_kwh": "1", "valid_from": "2026-01-01T00:00:00Z"}
    with ThreadPoolExecutor(20) as clients:
        answers = list(
            clients.map(lambda _: running.http.post("/unit_prices", json=price), range(20))
        )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    (stored,) = running.http.get("/unit_prices").json()
    assert {answer.json()["conflicts_with"] for answer in answers if answer.status_code == 409} == {
        stored["id"]
    }


def test_short_answers_are_not_held_back() -> None:
    """Head and body go out at once: else a client that delays its ACKs waits for the body."""
    with (
        listen("127.0.0.1", 0, "LISTEN_PORT") as listening,
        socket.create_connection(listening.getsockname()),
    ):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
