"""What a board does about each fault, under real MicroPython."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise, repeat
from pathlib import Path

import pytest

from service_kit.waiting import poll_until
from testbed.board import FIRMWARE, UNIX_START_DAYS_AGO, find_differences, play, write_config
from testbed.faulty_proxy import Fault, faulty_proxy
from testbed.measurements import Measurements
from testbed.process import wait_limit_seconds
from testbed.victoria_metrics import VictoriaMetrics

DAY_SECONDS = 86_400
# What a board sends, as the house sees it.
SERIES = ("esp32_power_watts", "esp32_temperature_celsius", "esp32_pressure_hpa")


def test_measurements_arrive_with_time_and_units(
    server: Measurements, flash: Path, firmware: Path
) -> None:
    """The chips' registers become volts, milliamperes, milliwatts, degrees and hectopascals."""
    write_config(flash, server)
    run = play(flash, [["run", 290]], firmware=firmware)
    assert not find_differences(server, run)
    assert len(run.taken) == 5
    row = server.stored(run.boots)[0]
    assert (row["temperature"], row["humidity"]) == (25.08, None)
    assert (row["voltage_v"], row["current_ma"], row["power_mw"]) == (12, 500, 6000)
    assert row["payload"]["sensor"]["pressure_hpa"] == 1006.53
    started = datetime.now(UTC) - timedelta(days=UNIX_START_DAYS_AGO)
    assert abs(row["recorded_at"] - started) < timedelta(minutes=10)
    assert run.lines.count("sent: 1, 0 waiting") == 5
    assert run.blinks == 5
    assert not list((flash / "buffer").iterdir())


def test_a_day_without_wifi_loses_nothing(
    server: Measurements, vmsingle: VictoriaMetrics, flash: Path, firmware: Path
) -> None:
    """Every measurement comes to VictoriaMetrics, too, at its own time; one reset is enough."""
    write_config(flash, server, CADENCE_SECONDS=300, SEND_INTERVAL_SECONDS=300)
    steps = [["run", 600], ["wifi", False], ["run", DAY_SECONDS], ["wifi", True], ["run", 1200]]
    run = play(flash, steps, firmware=firmware)
    assert not find_differences(server, run)
    assert len(run.taken) >= 290
    assert run.result["resets"] == ["machine.reset()"]
    assert any(line.startswith("kept: ") and line.endswith("no Wi-Fi") for line in run.lines)
    assert run.result["kept"] == run.result["dropped"] == 0
    instants = set(server.instants_ms(run.boots))
    assert len(instants) == len(run.taken)
    assert poll_until(
        lambda: all(instants <= vmsingle.samples(name).keys() for name in SERIES),
        wait_limit_seconds(),
    )
    assert set(vmsingle.samples("esp32_power_watts").values()) == {6}


@pytest.mark.parametrize(
    ("fault", "line", "blinks"),
    [
        (Fault(is_silent=True), "kept: 1 waiting: OSError(110,)", 2),
        (
            Fault(answer=b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
            "kept: 1 waiting: HTTP 500",
            2,
        ),
        (
            Fault(answer=b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"),
            "failed: 1 waiting: HTTP 401",
            3,
        ),
        (
            Fault(answer=b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"),
            "failed: 1 waiting: HTTP 404",
            3,
        ),
        (
            Fault(answer=b"HTTP/1.1 307 No\r\nContent-Length: 0\r\n\r\n"),
            "failed: 1 waiting: HTTP 307",
            3,
        ),
        (
            Fault(answer=b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"received":2}'),
            "kept: 1 waiting: the answer does not name 1 as received",
            2,
        ),
        (Fault(answer=b"HTTP/1.1 200 OK\r\n\r\n{}"), "kept: 1 waiting: OSError(", 2),
        (Fault(cut_request_at=10), "kept: 1 waiting: OSError(", 2),
    ],
)
def test_each_outcome_is_on_the_uart_and_the_led(
    server: Measurements, flash: Path, fault: Fault, line: str, blinks: int
) -> None:
    """What was not acknowledged is kept, and arrives later."""
    with faulty_proxy(server.url, repeat(fault, 4)) as proxy:
        write_config(flash, server, url=proxy.url, CADENCE_SECONDS=3600)
        failed = play(flash, [["run", 30]])
        assert any(each.startswith(line) for each in failed.lines), failed.lines
        assert failed.blinks == blinks
        assert failed.result["kept"] == 1
        assert not server.identities(failed.boots)
    write_config(flash, server)
    later = play(flash, [["run", 30]])
    assert not find_differences(server, failed, later)
    assert later.lines[-1] == "sent: 2, 0 waiting"
    assert later.blinks == 1


@pytest.mark.parametrize(
    ("steps", "line", "blinks"),
    [
        ([["wifi", False], ["run", 5]], "kept: 1 waiting: no Wi-Fi", 2),
        (
            [["sensor", 0x40, False], ["sensor", 0x76, False], ["run", 30]],
            "failed: no sensor measured",
            3,
        ),
        ([["run", 30]], "sent: 1, 0 waiting", 1),
    ],
)
def test_what_the_board_itself_meets_is_on_the_uart_and_the_led(
    server: Measurements, flash: Path, steps: list[list[object]], line: str, blinks: int
) -> None:
    """Without a fault of the network."""
    write_config(flash, server, CADENCE_SECONDS=3600)
    run = play(flash, steps)
    assert line in run.lines
    assert run.blinks == blinks


def test_a_refused_line_does_not_block_the_others(server: Measurements, flash: Path) -> None:
    """It lies in a file of its own, counted; LED and UART show it."""
    write_config(flash, server, CADENCE_SECONDS=3600)
    steps = [["wifi", False], ["run", 30], ["temperature", -300], ["temperature", 21.5]]
    run = play(flash, [*steps, ["wifi", True], ["run", 600]])
    assert len(run.taken) == 3
    aside = json.loads((flash / "refused.ndjson").read_text())
    assert aside["temperature"] == -300
    refused = (aside["boot"], aside["seq"])
    assert sorted([*server.identities(run.boots), refused]) == sorted(run.taken)
    assert run.result["refused"] == 1
    assert any(line.startswith("failed: a line is set aside: HTTP 422 ") for line in run.lines)
    assert "failed: 1 refused and set aside, 2 sent" in run.lines
    kept = sum(line.startswith("kept:") and "no Wi-Fi" in line for line in run.lines)
    assert run.blinks == 2 * (kept - 1) + 3


def test_a_batch_is_halved_until_the_server_takes_it(server: Measurements, flash: Path) -> None:
    """413, and a refusal that names no line."""
    too_large = Fault(answer=b"HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n")
    unnamed = Fault(answer=b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
    with faulty_proxy(server.url, [too_large, unnamed]) as proxy:
        write_config(flash, server, url=proxy.url)
        run = play(flash, [["wifi", False], ["run", 600], ["wifi", True], ["run", 400]])
        counts = [request.count(b'"deviceId"') for request in proxy.requests]
    assert not find_differences(server, run)
    assert counts[0] // 2 == counts[1]
    assert counts[1] // 2 == counts[2]


def test_a_server_slower_than_the_watchdog_does_not_reset_the_board(
    server: Measurements, flash: Path
) -> None:
    """The watchdog is fed between the bytes, and the exchange has a deadline of its own."""
    with faulty_proxy(server.url, repeat(Fault(byte_pause_seconds=0.2), 2)) as proxy:
        write_config(flash, server, url=proxy.url, WATCHDOG_SECONDS=3)
        run = play(flash, [["run", 300]])
    assert not find_differences(server, run)
    assert run.result["resets"] == []
    assert "kept: 1 waiting: OSError(110,)" in run.lines or len(proxy.requests) > len(run.taken)


def test_a_board_without_a_clock_dates_its_measurements_later(
    server: Measurements, flash: Path
) -> None:
    """By the start of their boot, also when it learns the time from the server's `Date` only."""
    write_config(flash, server)
    steps = [["ntp", False], ["wifi", False], ["run", 600], ["wifi", True], ["run", 300]]
    run = play(flash, steps)
    assert not find_differences(server, run)
    times = [row["recorded_at"] for row in server.stored(run.boots)]
    steps = [after - before for before, after in pairwise(times)]
    assert steps[1:] == [timedelta(minutes=1)] * (len(times) - 2)
    assert abs(times[-1] - datetime.now(UTC)) < timedelta(minutes=10)


def test_a_time_that_comes_with_a_failed_answer_does_not_spoil_the_next_attempt(
    server: Measurements, flash: Path
) -> None:
    """The lines become longer between two attempts, and so does the announced length."""
    now = format_datetime(datetime.now(UTC), usegmt=True).encode()
    failed = b"HTTP/1.1 500 No\r\nDate: " + now + b"\r\nContent-Length: 0\r\n\r\n"
    no_date = [Fault(cut_answer_at=0)] * 2  # at the start, and before the first batch
    with faulty_proxy(server.url, [*no_date, Fault(answer=failed)]) as proxy:
        write_config(flash, server, url=proxy.url)
        run = play(flash, [["ntp", False], ["run", 10]])
        assert b'"recordedAt":null' in proxy.requests[2]
        assert b'"recordedAt":"2' in proxy.requests[3]
    assert run.result["refused"] == 0
    assert not find_differences(server, run)


def test_lines_of_an_earlier_start_without_a_clock_are_kept_raw(
    server: Measurements, flash: Path
) -> None:
    """They get no guessed instant; those of a start that had a clock at last arrive."""
    write_config(flash, server)
    never = [["ntp", False], ["wifi", False], ["run", 200], ["reboot"]]
    run = play(flash, [*never, ["run", 200], ["wifi", True], ["run", 300]])
    first, second = sorted(run.boots)
    assert {boot for boot, _ in server.identities(run.boots)} == {second}
    raw = [row["payload"] for row in server.raw()]
    kept_raw = [(each["boot"], each["seq"]) for each in raw if each["boot"] == first]
    assert sorted([*server.identities(run.boots), *kept_raw]) == sorted(run.taken)


def test_a_start_that_learned_the_time_too_late_to_send_is_dated_by_the_next(
    server: Measurements, flash: Path
) -> None:
    """The flash keeps when it began."""
    write_config(flash, server)
    without = [["ntp", False], ["wifi", False], ["run", 200]]
    learned = [["clock"], ["run", 100], ["reboot"]]
    run = play(flash, [*without, *learned, ["run", 100], ["wifi", True], ["run", 200]])
    assert len(run.boots) == 2
    assert not find_differences(server, run)


def test_the_oldest_lines_leave_a_full_buffer_and_are_counted(
    server: Measurements, flash: Path
) -> None:
    """The number goes to the server with the next request."""
    write_config(flash, server, BUFFER_MAX_BYTES=20_000, BATCH_MAX_LINES=10)
    run = play(flash, [["wifi", False], ["run", 9000], ["wifi", True], ["run", 400]])
    dropped = run.result["dropped"]
    assert dropped >= 10
    assert sorted(server.identities(run.boots)) == sorted(run.taken)[dropped:]


def test_a_missing_sensor_is_skipped_and_comes_back(server: Measurements, flash: Path) -> None:
    """Its values are null, its failures counted; without any sensor there is no measurement."""
    write_config(flash, server)
    steps = [["sensor", 0x40, False], ["run", 200], ["sensor", 0x76, False], ["run", 120]]
    run = play(flash, [*steps, ["sensor", 0x40, True], ["sensor", 0x76, True], ["run", 120]])
    rows = server.stored(run.boots)
    assert (rows[0]["temperature"], rows[0]["power_mw"]) == (25.08, None)
    assert rows[0]["payload"]["sensor"]["ina219_errors"] == 1
    assert rows[-1]["power_mw"] == 6000
    assert "failed: no sensor measured" in run.lines
    assert "I2C addresses that answer: ['0x76']" in run.lines


@pytest.mark.parametrize(
    "text", ["", '{"WIFI', "[]", '{"PIN_LED": "two", "CADENCE_SECONDS": 1}', None]
)
def test_no_configuration_stops_a_board(flash: Path, text: str | None) -> None:
    """It measures with the defaults and reports the problem."""
    if text is not None:
        (flash / "config.json").write_text(text)
    run = play(flash, [["run", 400]])
    assert len(run.taken) == 2
    assert any(line.startswith("board esp32-d3e4f5, start ") for line in run.lines)
    assert any(line.startswith("failed: config.json") for line in run.lines)


def test_a_torn_last_line_is_skipped(server: Measurements, flash: Path) -> None:
    """A FAT file system tears them; what follows begins a file of its own."""
    write_config(flash, server)
    kept = play(flash, [["run", 10], ["wifi", False], ["run", 200]])
    file = next((flash / "buffer").iterdir())
    file.write_bytes(file.read_bytes() + b'{"deviceId":"esp32-te')
    later = play(flash, [["run", 200]])
    assert not find_differences(server, kept, later)
    assert not list((flash / "buffer").iterdir())


def test_csv_files_go_on_beside_the_buffer(server: Measurements, flash: Path) -> None:
    """Where the option is set; they are bounded."""
    write_config(flash, server, CSV=True, CSV_MAX_BYTES=1000)
    play(flash, [["run", 3600]])
    row = (flash / "elect.csv").read_text().splitlines()[-1].split(",")
    assert row[1:] == ["12.000", "500.000", "6000.000"]
    assert (flash / "temp.csv").read_text().splitlines()[-1].split(",")[1:] == ["25.080"]
    assert (flash / "temp.old.csv").stat().st_size <= 1000


def test_a_temperature_can_be_sent_from_other_code(server: Measurements, flash: Path) -> None:
    """`from boot import send_temperature_to_render`; it is kept when it cannot be sent."""
    write_config(flash, server, CADENCE_SECONDS=3600)
    given = "2026-01-02T03:04:05+09:00"
    steps = [["temperature", "hot"], ["temperature", -3.25, given], ["wifi", False]]
    run = play(flash, [*steps, ["temperature", 4], ["wifi", True], ["run", 120]])
    assert not find_differences(server, run)
    arrived = [line for line in run.lines if line.startswith("arrived: ")]
    assert arrived == ["arrived: False", "arrived: True", "arrived: False"]
    row = server.stored(run.boots)[0]
    assert (row["temperature"], row["recorded_at"]) == (-3.25, datetime.fromisoformat(given))


def test_an_ntp_server_before_2024_is_not_believed(server: Measurements, flash: Path) -> None:
    """After three tries of each the `Date` of the service is taken."""
    write_config(flash, server)
    run = play(flash, [["ntp", True, -3 * 366 * DAY_SECONDS], ["run", 290]])
    assert run.result["asked"] == ["pool.ntp.org", "time.cloudflare.com", "192.168.1.1"] * 3
    assert not find_differences(server, run)
    first = server.stored(run.boots)[0]["recorded_at"]
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_jump_of_more_than_a_day_is_not_believed(server: Measurements, flash: Path) -> None:
    """Once the clock was set."""
    write_config(flash, server, CADENCE_SECONDS=3600, SEND_INTERVAL_SECONDS=3600)
    lies = ["ntp", True, 2 * DAY_SECONDS]
    run = play(flash, [["run", 30], lies, ["run", 20 * 3600]])
    assert len(run.result["asked"]) > 1
    assert not find_differences(server, run)
    times = [row["recorded_at"] for row in server.stored(run.boots)]
    assert max(times) - min(times) <= timedelta(hours=20)


def test_main_runs_for_ever_and_leaves_the_repl_time(
    server: Measurements, flash: Path, firmware: Path
) -> None:
    """Ctrl-C ends it; the watchdog, which cannot be stopped, is then long enough for a copy."""
    write_config(flash, server)
    run = play(flash, [["main", 290]], firmware=firmware)
    boot = json.loads((flash / "state.json").read_text())["boot"]
    assert server.identities({boot}) == [(boot, number) for number in range(5)]
    assert run.lines[-1] == "ended: KeyboardInterrupt()"
    assert run.result["watchdogs_ms"] == [60_000, 600_000]


def test_the_boot_button_keeps_main_from_starting(server: Measurements, flash: Path) -> None:
    """So the REPL can be reached whatever the firmware does."""
    write_config(flash, server, url="http://127.0.0.1:1")
    run = play(flash, [["rescue"], ["main", 290]])
    assert run.lines[-1] == "main.py ended"
    assert run.result["watchdogs_ms"] == []


def test_a_damaged_firmware_leaves_the_repl_a_minute_and_starts_again(
    flash: Path, tmp_path: Path
) -> None:
    """boot.py and main.py end with a line on the UART, never with a traceback at the start."""
    for name in ("boot.py", "main.py"):
        (tmp_path / name).write_bytes((FIRMWARE / name).read_bytes())
    run = play(flash, [["main", 290]], firmware=tmp_path)
    assert run.lines[0].startswith("failed: the firmware is incomplete: ImportError")
    assert run.lines[-1] == "ended: Reset('machine.reset()',)"
    assert run.result["events"] == [["reset"]]
