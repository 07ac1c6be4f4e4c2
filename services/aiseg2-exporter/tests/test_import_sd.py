"""The SD-card export: its forms, one layer for each interval, and the real VictoriaMetrics."""

import os
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from aiseg2_exporter.import_sd import ConflictError, ImportSettings, run_import
from aiseg2_exporter.parse import ZONE
from aiseg2_exporter.sd_card import (
    SdCardError,
    describe_imbalances,
    list_intervals,
    load_rows,
    parse_interval,
)
from service_kit.waiting import poll_until
from testbed.bff import Bff, bff, settings_of
from testbed.victoria_metrics import VictoriaMetrics

HEADER = [
    "計測日時", "太陽光発電(創蓄パワコン)", "蓄電池充電", "蓄電池放電", "主幹買電", "主幹売電",
    "太陽光発電(PV1)", "太陽光発電(PV2)", "HP消費電力量", "燃料電池発電電力量", "EV充電電力量",
    "EV放電電力量", *(f"無効{n}" for n in range(1, 9)), "ＬＤ", "ＬＤ", "無効9", "使用電力量",
    "ガス使用量",
]  # fmt: skip
DAY = datetime(2026, 4, 12, tzinfo=ZONE)
HOUSE = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: r, shelves: [{shelf: s}]}]
devices:
  - {device: meter, room: r, shelf: s, sources: [{source: aiseg2, id: use}]}
  - {device: second, room: r, shelf: s, sources: [{source: aiseg2, id: "9"}]}
"""


def line(  # noqa: PLR0913 - by position, as the file has them
    interval: str, bought: int, sold: int, sun: int, second: int = 0, *, off: int = 0
) -> str:
    """One row; the first circuit is absent, the second has `second`."""
    values = ["-"] * len(HEADER)
    values[0] = interval
    values[4:7] = map(str, (bought, sold, sun))
    values[8] = "3"
    values[21] = str(second)
    values[23] = str(bought - sold + sun + off)
    return ",".join(values)


def file_of(lines: Sequence[str]) -> bytes:
    return ("\ufeff" + "\n".join([",".join(HEADER), *lines]) + "\n").encode()


def half_hours(day: datetime) -> bytes:
    starts = [day + timedelta(minutes=30 * n) for n in range(48)]
    return file_of([line(f"{at:%Y%m%d%H%M%z}", 100, 10, 50, 20) for at in starts])


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A month by day, one of its days by half hours, a year, and what is not imported."""
    folder = tmp_path / "export"
    folder.mkdir()
    days = [line(f"202604{n:02}", 4800, 480, 2400, 960) for n in range(1, 31)]
    (folder / "30minhistory_rc_20260412.csv").write_bytes(half_hours(DAY))
    (folder / "dayhistory_rc_202604.csv").write_bytes(file_of(days))
    (folder / "monthhistory_rc_2026.csv").write_bytes(
        file_of([line("202603", 90_000, 0, 0), line("202604", 144_000, 14_400, 72_000, 28_800)])
    )
    (folder / "yearhistory_total_rc.csv").write_bytes(file_of(["-" + ",-" * 24]))
    (folder / "daycost_rc_202604.csv").write_bytes(b"cost")
    return folder


def test_each_instant_is_taken_once_from_the_finest_layer(export: Path) -> None:
    """Half hours where there are some, days elsewhere, a month where there is no day."""
    intervals = list_intervals(load_rows(export), "use")
    assert len(intervals) == 48 + 29 + 1
    assert all(a.end <= b.start for a, b in pairwise(intervals))
    assert sum(each.energy_wh for each in intervals) == 90_000 + 30 * 6_720


def test_a_zip_is_read_like_its_folder(export: Path, tmp_path: Path) -> None:
    """As the unit manual_clock it out."""
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for each in export.iterdir():
            file.write(each, f"EMS/{each.name}")
    assert load_rows(archive) == load_rows(export)


def test_equal_headers_are_told_apart_by_position(export: Path) -> None:
    """Two circuits are called ＬＤ: the first has no value, the second has id 9."""
    rows = load_rows(export)
    assert list_intervals(rows, "8") == []
    assert sum(each.energy_wh for each in list_intervals(rows, "9")) == 28_800
    assert sum(each.energy_wh for each in list_intervals(rows, "heat_pump")[:-1]) > 0


def test_a_day_that_is_known_in_part_keeps_its_total(tmp_path: Path) -> None:
    """The rest of the day is one interval with the rest of its energy."""
    (tmp_path / "30minhistory_rc_20260412.csv").write_bytes(
        file_of([line("202604120000+0900", 100, 0, 0)])
    )
    (tmp_path / "dayhistory_rc_202604.csv").write_bytes(file_of([line("20260412", 5_000, 0, 0)]))
    first, rest = list_intervals(load_rows(tmp_path), "use")
    assert (first.energy_wh, rest.energy_wh) == (100, 4_900)
    assert (rest.start, rest.end) == (DAY + timedelta(minutes=30), DAY + timedelta(days=1))


@pytest.mark.parametrize("tail", [b"", b"\0" * 512])
def test_a_row_that_is_cut_is_left_out(tmp_path: Path, tail: bytes) -> None:
    """Power was lost while the card was written: 12 may be the beginning of 1234."""
    whole = line("20260412", 5_000, 0, 0)
    cut = line("20260413", 6_000, 0, 0)
    cut = cut[: cut.index("6000") + 2]
    body = file_of([whole, cut]).rstrip(b"\n") + tail
    (tmp_path / "dayhistory_rc_202604.csv").write_bytes(body)
    assert [row.energy_wh["bought"] for row in load_rows(tmp_path)] == [5_000]


def test_an_energy_below_0_is_absent(tmp_path: Path) -> None:
    """The counter that is made of it never falls."""
    (tmp_path / "dayhistory_rc_202604.csv").write_bytes(file_of([line("20260412", 5_000, -3, 0)]))
    (row,) = load_rows(tmp_path)
    assert "sold" not in row.energy_wh
    assert row.energy_wh["bought"] == 5_000


def test_rows_that_do_not_balance_are_reported(tmp_path: Path) -> None:
    """And imported as they are."""
    rows = [line("20260412", 100, 0, 0, off=7), line("20260413", 100, 0, 0)]
    (tmp_path / "dayhistory_rc_202604.csv").write_bytes(file_of(rows))
    (text,) = describe_imbalances(load_rows(tmp_path))
    assert "1 intervals: 2026-04-12" in text


@pytest.mark.parametrize(
    ("text", "days"),
    [("202602", 28), ("202612", 31), ("2024", 366), ("20260412", 1)],
)
def test_intervals_have_the_length_of_their_layer(text: str, days: int) -> None:
    """Months and years by the calendar."""
    start, end = parse_interval(text)
    assert end - start == timedelta(days=days)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"a,b\n1,2\n",
        *(file_of([f"{first},1"]) for first in ("x", "2026041", "9999", "999912", "99991231")),
        *(file_of([line(i, 1, 0, 0)]) for i in ("x", "2026041", "9999", "999912", "99991231")),
    ],
)
def test_another_file_is_refused(tmp_path: Path, body: bytes) -> None:
    """With its name."""
    (tmp_path / "dayhistory_rc_202604.csv").write_bytes(body)
    with pytest.raises(SdCardError):
        load_rows(tmp_path)


def settings_for(vm: VictoriaMetrics, folder: Path) -> ImportSettings:
    file = folder / "devices.yaml"
    file.write_text(HOUSE, encoding="utf-8")
    return ImportSettings(config_file=file, victoriametrics_url=vm.url)


def total_kwh(vm: VictoriaMetrics, device: str) -> tuple[float, float]:
    """The last value and the number of samples, duplicates counted once."""
    vm.settle()
    selector = f'aiseg2_energy_total_kwh{{device="{device}"}}[1000d]'
    ((_, last),) = vm.instant(f"last_over_time({selector})")
    ((_, count),) = vm.instant(f"count_over_time({selector})")
    return last, count


def test_the_past_is_in_victoriametrics_once(
    vm: VictoriaMetrics, export: Path, tmp_path: Path
) -> None:
    """A dry run writes nothing; a second run changes nothing."""
    settings = settings_for(vm, tmp_path)
    assert "would write" in "".join(run_import(settings, export, dry_run=True))
    vm.settle()
    assert vm.instant("count(last_over_time(aiseg2_energy_total_kwh[1000d]))") == []
    report = list(run_import(settings, export, dry_run=False))
    assert report[0].startswith("meter/aiseg2: wrote 291.600 kWh in 78 intervals")
    first = total_kwh(vm, "meter")
    assert first == (291.6, 79)
    assert total_kwh(vm, "second")[0] == 28.8
    list(run_import(settings, export, dry_run=False))
    assert total_kwh(vm, "meter")[0] == 291.6


def test_the_live_counters_time_is_left_to_it(
    vm: VictoriaMetrics, export: Path, tmp_path: Path
) -> None:
    """Nothing is written after its first sample, in the first run and in later ones."""
    settings = settings_for(vm, tmp_path)
    begin = (DAY + timedelta(hours=12)).timestamp()
    labels = {"house": "home", "room": "r", "shelf": "s", "device": "meter", "source": "aiseg2"}
    vm.import_samples(
        {"__name__": "aiseg2_energy_total_kwh", **labels}, [(begin + 1, 0.0), (begin + 3600, 0.5)]
    )
    for _ in range(2):
        report = list(run_import(settings, export, dry_run=False))
        assert "left to the live counter" in report[0]
        vm.settle()
    after = f'count_over_time(aiseg2_energy_total_kwh{{device="meter"}}[3601s] @ {begin + 3601})'
    assert [value for _, value in vm.instant(after)] == [2]


def test_an_import_that_contradicts_an_earlier_one_is_refused(
    vm: VictoriaMetrics, export: Path, tmp_path: Path
) -> None:
    """Older files than before would shift every value."""
    settings = settings_for(vm, tmp_path)
    list(run_import(settings, export, dry_run=False))
    vm.settle()
    (export / "monthhistory_rc_2025.csv").write_bytes(file_of([line("202512", 1_000, 0, 0)]))
    with pytest.raises(ConflictError, match="meter"):
        list(run_import(settings, export, dry_run=False))


@pytest.mark.long
def test_the_ledger_counts_what_both_cover_once(vm: VictoriaMetrics, tmp_path: Path) -> None:
    """Two days of history over a live counter that began at noon of the second."""
    today = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    begin, noon = today - timedelta(days=2), today - timedelta(hours=12)
    settings, export = settings_for(vm, tmp_path), tmp_path / "export"
    export.mkdir()
    for day in (begin, begin + timedelta(days=1)):
        (export / f"30minhistory_rc_{day:%Y%m%d}.csv").write_bytes(half_hours(day))
    labels = {"house": "home", "room": "r", "shelf": "s", "device": "meter", "source": "aiseg2"}
    live = [((noon + timedelta(minutes=n)).timestamp(), 0.14 * n / 30) for n in range(721)]
    vm.import_samples({"__name__": "aiseg2_energy_total_kwh", **labels}, live)
    vm.settle()
    for _ in range(2):
        list(run_import(settings, export, dry_run=False))
        vm.settle()
    with bff(tmp_path, settings_of(tmp_path, vm.url, settings.config_file)) as started:
        wait_for_ledger(started)
        found = [
            started.http.get(
                "/cost",
                params={"from": start.isoformat(), "to": end.isoformat(), "device": "meter"},
            ).raise_for_status()
            for start, end in ((begin, noon), (noon, today))
        ]
    kwh = [float(answer.json()["total"]["energy_kwh"]) for answer in found]
    assert kwh == pytest.approx([72 * 0.14, 24 * 0.14], abs=0.001)


def wait_for_ledger(started: Bff) -> None:
    def is_complete() -> bool:
        state = started.http.get("/ledger").json()
        return state["fully_counted"] and not state["dirty_slots"]

    assert poll_until(is_complete, 60, interval_seconds=0.1)


@pytest.mark.skipif(
    not os.environ.get("AISEG2_RECORDINGS"),
    reason="AISEG2_RECORDINGS does not name a folder with answers of a real unit",
)
def test_recorded_history_balances() -> None:
    """Every row of every recorded file, to the watt-hour."""
    rows = load_rows(Path(os.environ["AISEG2_RECORDINGS"]))
    assert rows
    assert describe_imbalances(rows) == []
