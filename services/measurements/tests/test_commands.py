"""Retention removes what the archive has exactly; a backfill sends old files once."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from board_service import DEVICE, NOW, Running, measured

from measurements.backfill import RowError, form_of, parse_mapping, parse_rows, read_rows
from measurements.commands import run_backfill
from measurements.retention import Day, old_days, remove_day

TOKYO = ZoneInfo("Asia/Tokyo")
TODAY = NOW.astimezone(TOKYO).date()
OLD = TODAY - timedelta(days=40)
DAY_SECONDS = 86_400


def archive_day(folder: Path, day: date, rows: int) -> Path:
    """Write a day as the archive does."""
    place = folder / "raw_measurements" / f"dt={day}"
    place.mkdir(parents=True)
    (place / "data.parquet").write_bytes(b"PAR1")
    digest = hashlib.sha256(b"PAR1").hexdigest()
    versions = [{"rows": 1, "sha256": "of an older file"}, {"rows": rows, "sha256": digest}]
    (place / "_manifest.json").write_text(json.dumps({"versions": versions}))
    return place / "data.parquet"


def test_a_day_is_removed_once_the_archive_has_exactly_its_rows(
    service: Running, tmp_path: Path
) -> None:
    """Not before, nor when a row came late, nor when the file is damaged."""
    service.post([measured(40 * DAY_SECONDS), measured(40 * DAY_SECONDS + 60), measured()])

    def found() -> list[Day]:
        with service.services.engine.connect() as connection:
            return list(old_days(connection, TOKYO, TODAY, 31, tmp_path))

    assert [(day.day, day.rows, day.archived_rows) for day in found()] == [(OLD, 2, None)]
    file = archive_day(tmp_path, OLD, 2)
    assert [day.is_archived for day in found()] == [True]
    service.post(measured(40 * DAY_SECONDS + 120))
    assert [day.is_archived for day in found()] == [False]
    with service.services.writing() as connection:
        remove_day(connection, TOKYO, OLD)
    assert found() == []
    assert len(service.stored()) == 1
    file.write_bytes(b"other")
    service.post(measured(40 * DAY_SECONDS))
    assert [day.archived_rows for day in found()] == [None]


def rows_of(text: str) -> list[list[str]]:
    return read_rows(text.splitlines())


def test_the_files_of_the_firmware_need_no_mapping() -> None:
    """No header; units as the API has them."""
    rows = rows_of("2026-11-28T09:00:00+09:00,5.012,-123.4,618.5\n")
    form = form_of(rows, "elect", {}, None)
    ((line, document),) = parse_rows(rows, form, DEVICE)
    assert (line, document["recordedAt"]) == (1, "2026-11-28T09:00:00+09:00")
    assert document["payload"] == {"voltage_v": 5.012, "current_ma": -123.4, "power_mw": 618.5}


def test_a_mapping_has_columns_by_name_units_and_a_zone() -> None:
    """Columns that it does not name are left out."""
    rows = rows_of("time,note,watts\n2026-11-28 09:00:00,x,0.6185\n2026-11-28 09:05:00,y,\n")
    mapping = parse_mapping("recordedAt=time,power_mw=watts:W")
    form = form_of(rows, "", mapping, TOKYO)
    documents = [document for _, document in parse_rows(rows, form, DEVICE)]
    assert [each["payload"]["power_mw"] for each in documents] == [618.5, None]
    assert documents[0]["recordedAt"] == "2026-11-28T09:00:00+09:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-28T09:00:00,20.0\n", "--zone"),
        ("2026-11-28T09:00:00Z,20.0,1\n", "line 1"),
        ("2026-11-28T09:00:00Z,20.0\n2026-11-28T09:05:00Z,warm\n", "line 2"),
    ],
)
def test_a_row_that_is_not_of_the_form_is_refused_with_its_line(text: str, reason: str) -> None:
    """Nothing is guessed."""
    rows = rows_of(text)
    with pytest.raises(RowError, match=reason):
        list(parse_rows(rows, form_of(rows, "temp", {}, None), DEVICE))


def test_a_backfill_goes_on_where_it_was_and_adds_nothing_twice(
    service: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the API, with the board's token."""
    file = tmp_path / "temp.csv"
    at = [(NOW - timedelta(minutes=n)).isoformat() for n in range(600)]
    file.write_text("".join(f"{each},{n / 10}\n" for n, each in enumerate(at)))
    monkeypatch.setenv("MEASUREMENTS_TOKEN", service.http.headers["Authorization"].split()[1])
    arguments = [str(file), "--device", DEVICE, "--url", str(service.http.base_url)]
    assert run_backfill([*arguments, "--dry-run"]) == 0
    assert service.stored() == []
    (tmp_path / "temp.csv.sent").write_text("500")
    assert run_backfill(arguments) == 0
    assert len(service.stored(limit="1000")) == 100
    assert not (tmp_path / "temp.csv.sent").exists()
    assert run_backfill(arguments) == 0
    assert len(service.stored(limit="1000")) == 600
    file.write_text(f"{at[0]},-300\n")
    assert run_backfill(arguments) == 1
