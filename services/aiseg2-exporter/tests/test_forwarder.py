"""Forwarding: the old tool's settings, points and dashboards; nothing lost in an outage."""

from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aiseg2_emulator.server import Emulator
from aiseg2_exporter.client import Circuits, Client
from aiseg2_exporter.forwarder import Forwarder
from aiseg2_exporter.live import Live, LiveReader
from aiseg2_exporter.parse import CircuitPage, CircuitPower, Generator, Summary
from aiseg2_exporter.points import make_points
from aiseg2_exporter.settings import Settings
from service_kit.clock import Clock
from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from testbed.influxdb import influxdb
from testbed.manual_clock import ManualClock
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics
from testbed.volume import Volume
from timeseries_io.delivery import Delivery, Limits
from timeseries_io.forwarding import Outbox, open_outbox
from timeseries_io.influxdb import InfluxDB1, InfluxDB2, InfluxWriter, Target
from timeseries_io.line_protocol import encode_point

# As the tool that is replaced ships it, comments behind the values.
OLD_ENV = """\
# AiSEG2 設定
AISEG2_HOST=192.168.1.100
AISEG2_USER=your_username
AISEG2_PASSWORD=your_password
AISEG2_USE_HTTPS=0 # 通常は https/80 接続ですが、暗号化実施済みの場合は 1 に切り替えてください

# InfluxDB 設定
INFLUXDB_HOST=192.168.1.200:8086
INFLUXDB_TOKEN=your_influxdb_token
INFLUXDB_ORG=your_organization
INFLUXDB_BUCKET=your_bucket
INFLUXDB_USE_HTTPS=1 # InfluxDB Cloud 等、外部と接続する場合は 1 に切り替えてください
"""
CIRCUITS = (
    CircuitPower("ＬＤ", 224),
    CircuitPower("キッチン　パントリー", 53),
    CircuitPower("ＬＤ", 12),
    CircuitPower("-", 0),
)
PAGE = CircuitPage(CIRCUITS, None, "", has_next=False)
SUMMARY = Summary(2.1, 1.2, 1, (Generator("太陽光発電", 2130.0),))


def live(summary: Summary = SUMMARY) -> Live:
    return Live(summary, Circuits(CIRCUITS, PAGE), datetime(2026, 11, 28, tzinfo=UTC), 0.0)


def test_the_old_tools_env_file_works_unchanged(tmp_path: Path) -> None:
    """Names, flags and comments; forwarding is on because InfluxDB is named."""
    (tmp_path / ".env").write_text(OLD_ENV, encoding="utf-8")
    settings = load_settings(Settings)
    assert settings.connection.url == "http://192.168.1.100"
    assert settings.connection.user == "your_username"
    assert settings.connection.password == "your_password"
    assert settings.forwards
    target = settings.influxdb_target
    assert target == InfluxDB2(
        "https://192.168.1.200:8086", "your_organization", "your_bucket", "your_influxdb_token"
    )


def test_comments_that_docker_hands_over_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """`docker run --env-file` keeps everything behind the equals sign."""
    for line in OLD_ENV.splitlines():
        if "=" in line:
            monkeypatch.setenv(*line.split("=", 1))
    settings = load_settings(Settings)
    assert not settings.aiseg2_use_https
    assert settings.influxdb_use_https


def test_forwarding_can_be_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By one variable, or by naming no InfluxDB."""
    (tmp_path / ".env").write_text(OLD_ENV, encoding="utf-8")
    monkeypatch.setenv("FORWARD_INFLUXDB", "0")
    assert not load_settings(Settings).forwards
    monkeypatch.setenv("FORWARD_INFLUXDB", "1")
    monkeypatch.setenv("INFLUXDB_HOST", "")
    assert load_settings(Settings).forwards  # an empty variable counts as not set


def test_a_database_means_influxdb_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its login, where it has one."""
    names = {"HOST": "nas:8086", "DATABASE": "home", "USER": "u", "PASSWORD": "p"}
    for name, value in names.items():
        monkeypatch.setenv(f"INFLUXDB_{name}", value)
    monkeypatch.setenv("AISEG2_HOST", "h")
    monkeypatch.setenv("AISEG2_PASSWORD", "p")
    target = load_settings(Settings).influxdb_target
    assert target == InfluxDB1("http://nas:8086", "home", "u", "p")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it at once, without a value."""
    monkeypatch.setenv("AISEG2_HOST", "h")
    monkeypatch.setenv("AISEG2_PASSWORD", "geheim")
    monkeypatch.setenv("INFLUXDB_HOST", "i")
    monkeypatch.setenv("INFLUXDB_ORG", "o")
    with pytest.raises(SettingsError, match="INFLUXDB_TOKEN, INFLUXDB_BUCKET") as raised:
        load_settings(Settings)
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize("variable", ["AISEG2_HOST", "INFLUXDB_HOST"])
def test_an_account_in_an_address_is_refused(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Addresses are logged, and passwords are not."""
    for name, value in {
        "AISEG2_HOST": "h",
        "AISEG2_PASSWORD": "p",
        "INFLUXDB_DATABASE": "d",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(variable, "u:geheim@192.168.1.100:80")
    with pytest.raises(SettingsError, match=f"{variable}: .*variables of their own") as raised:
        load_settings(Settings)
    assert "geheim" not in str(raised.value)


def test_points_have_the_old_names_tags_and_values() -> None:
    """Line for line what that tool writes, but for circuits whose names are equal."""
    lines = [encode_point(point) for point in make_points(live(), 7)]
    assert lines == [
        "power,summary=総発電電力(kW) value=2.1 7",
        "power,summary=総消費電力(kW) value=1.2 7",
        "power,summary=売買電力(kW) value=0.9000000000000001 7",
        "power,detail-section=太陽光発電(W),detail-type=generation value=2130.0 7",
        "power,detail-section=ＬＤ(W),detail-type=usage value=224.0 7",
        "power,detail-section=キッチン　パントリー(W),detail-type=usage value=53.0 7",
        "power,detail-number=2,detail-section=ＬＤ(W),detail-type=usage value=12.0 7",
        "power,detail-section=-(W),detail-type=usage value=0.0 7",
    ]


def test_a_missing_total_is_not_written_as_zero() -> None:
    """Nor is what would be computed from it."""
    points = make_points(live(Summary(None, 1.2, None, (Generator("燃料電池", None),))), 7)
    tags = [dict(point.tags) for point in points]
    assert {"summary": "総消費電力(kW)"} in tags
    assert len([t for t in tags if "summary" in t or t.get("detail-type") == "generation"]) == 1


class Rig:
    """A forwarder in simulated time."""

    def __init__(self, client: Client, clock: Clock, folder: Path, target: Target) -> None:
        self.writer = InfluxWriter(target)
        engine, tables = open_outbox(folder / "outbox.db")
        self.engine = engine
        self.delivery = Delivery(
            engine, tables, self.writer.write, destination="InfluxDB",
            limits=Limits(max_retry_seconds=5), now=clock.now,
        )  # fmt: skip
        outbox = Outbox(engine, tables, self.delivery, clock)
        self.forwarder = Forwarder(LiveReader(client, clock), outbox, clock)

    def close(self) -> None:
        """End connections."""
        self.writer.close()
        self.engine.dispose()


async def run_cycles(rig: Rig, manual_clock: ManualClock, count: int) -> None:
    for _ in range(count):
        await rig.forwarder.cycle(0.0)
        rig.delivery.attempt()
        manual_clock.pass_by(seconds=5)


@pytest.mark.long
async def test_an_hours_outage_is_replayed_with_its_times(
    client: Client, clock: Clock, manual_clock: ManualClock, emulator: Emulator, tmp_path: Path
) -> None:
    """Read back by InfluxQL: every cycle of every series, once, in order, at its time."""
    port, data = free_port(), tmp_path / "influxdb"
    data.mkdir()
    target = InfluxDB1(f"http://127.0.0.1:{port}", "home")
    cycles, begin = 720, manual_clock.now()
    with closing(Rig(client, clock, tmp_path, target)) as rig:
        with influxdb(data, port=port) as server:
            server.create_database("home")
            await run_cycles(rig, manual_clock, 3)
        await run_cycles(rig, manual_clock, cycles - 6)  # an hour without InfluxDB
        with influxdb(data, port=port) as server:
            await run_cycles(rig, manual_clock, 3)
            while rig.delivery.deliver():
                pass
            rows = server.select('SELECT value FROM "power" GROUP BY *', "home")
    times = [round((begin.timestamp() + 5 * n) * 1e9) for n in range(cycles)]
    series: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        key = tuple(str(row.get(tag, "")) for tag in ("summary", "detail-section", "detail-number"))
        series.setdefault(key, []).append(row["time"])
    assert len(series) == 4 + len(emulator.house.circuits)
    assert all(found == times for found in series.values())
    assert {key[2] for key in series if key[1] == "電子レンジ(W)"} == {"", "2", "3"}


async def test_victoriametrics_takes_the_same_points(
    client: Client, clock: Clock, manual_clock: ManualClock, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """By InfluxDB 2's address: one series for each circuit, values in the unit of the text."""
    manual_clock.instant = datetime.now(UTC)
    target = InfluxDB2(vm.url, "home", "home", "token")
    with closing(Rig(client, clock, tmp_path, target)) as rig:
        await run_cycles(rig, manual_clock, 2)
        rig.delivery.deliver()
    vm.settle()
    found = vm.instant('last_over_time(power_value{summary="総消費電力(kW)"}[1h])')
    assert [value for _, value in found] == [1.6]
    circuits = vm.instant(r'count(last_over_time(power_value{detail\-type="usage"}[1h]))')
    assert [value for _, value in circuits] == [12]


@pytest.fixture
def rig_without_influxdb(client: Client, clock: Clock, tmp_path: Path) -> Iterator[Rig]:
    """Nobody listens where points go."""
    target = InfluxDB1(f"http://127.0.0.1:{free_port()}", "home")
    with closing(Rig(client, clock, tmp_path, target)) as rig:
        yield rig


@pytest.mark.parametrize("is_full", [True, False])
async def test_a_volume_that_cannot_be_written_costs_its_cycles_and_nothing_else(  # noqa: PLR0913 - fixtures
    client: Client,
    clock: Clock,
    manual_clock: ManualClock,
    small_volume: Volume,
    caplog: pytest.LogCaptureFixture,
    *,
    is_full: bool,
) -> None:
    """Full or read-only: one line with the reason, and the next cycles are kept again."""
    target = InfluxDB1(f"http://127.0.0.1:{free_port()}", "home")
    with closing(Rig(client, clock, small_volume.path, target)) as rig:
        await rig.forwarder.cycle(0.0)
        small_volume.fill() if is_full else small_volume.set_read_only(read_only=True)
        for _ in range(3):
            manual_clock.pass_by(seconds=5)
            await rig.forwarder.cycle(0.0)
        small_volume.empty() if is_full else small_volume.set_read_only(read_only=False)
        before = rig.delivery.status().waiting.lines
        await rig.forwarder.cycle(0.0)
        assert rig.delivery.status().waiting.lines == 2 * before
    assert rig.forwarder.failed_cycles == 3
    (line,) = [text for text in caplog.messages if "nothing to forward" in text]
    assert ("database is full" if is_full else "is read-only") in line


async def test_a_page_that_makes_no_sense_costs_its_own_points_only(
    rig_without_influxdb: Rig, manual_clock: ManualClock, emulator: Emulator
) -> None:
    """The points of the other pages are kept, and the cycle is counted as one that failed."""
    emulator.bad_pages = {2: 200}
    with nullcontext(rig_without_influxdb) as rig:
        await run_cycles(rig, manual_clock, 2)
        assert rig.delivery.status().waiting.lines == 2 * (4 + 10)
    assert rig.forwarder.failed_cycles == 2


async def test_a_unit_that_fails_costs_its_cycle_and_nothing_else(
    rig_without_influxdb: Rig,
    manual_clock: ManualClock,
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged once each way, and cycles go on."""
    caplog.set_level("INFO")
    with nullcontext(rig_without_influxdb) as rig:
        await run_cycles(rig, manual_clock, 1)
        emulator.fault = "http_500"
        await run_cycles(rig, manual_clock, 5)
        emulator.fault = None
        manual_clock.pass_by(minutes=1)
        await run_cycles(rig, manual_clock, 1)
        waiting = rig.delivery.status().waiting.lines
    assert waiting == 2 * (4 + len(emulator.house.circuits))
    assert rig.forwarder.failed_cycles == 5
    about = [r.getMessage() for r in caplog.records if "forward" in r.getMessage()]
    assert len(about) == 1
    assert "kept again" in caplog.text
