"""Tokens; retention removes what the archive has exactly; a backfill sends old files once."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from board_service import DEVICE, NOW, Running, measured
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.utils import floatToGoString

from measurements.__main__ import main
from measurements.backfill import RowError, form_of, parse_mapping, parse_rows, read_rows
from measurements.commands import run_backfill, run_token
from measurements.retention import Day, old_days, remove_day
from measurements.settings import Settings
from measurements.wiring import open_services
from service_kit.errors import CannotStartError

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


def test_without_a_token_it_does_not_start(
    database_url: str,
    home_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It prints how one is made; the virtual home alone needs none."""
    settings = {"config_file": home_file, "database_url": database_url}
    with (
        pytest.raises(CannotStartError, match="measurements token add DEVICE"),
        open_services(Settings.model_validate(settings), CollectorRegistry()),
    ):
        pass
    virtual = Settings.model_validate({**settings, "virtual_home": True})
    with open_services(virtual, CollectorRegistry()):
        pass
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main([]) == 2
    assert "DATABASE_URL: Field required" in capsys.readouterr().err


def test_tokens_are_made_listed_and_revoked(
    service: Running,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two of a board are valid at once; one that is revoked is refused at once."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    first = service.http.headers["Authorization"].split()[1]

    def run(*arguments: str) -> tuple[int, str]:
        code = run_token(arguments)
        printed = capsys.readouterr()
        return code, (printed.out + printed.err).strip()

    _, second = run("add", DEVICE)
    code, refused = run("add", DEVICE)
    assert (code, "revoke one" in refused) == (1, True)
    _, listed = run("list")
    assert listed.count(DEVICE) == 2
    assert first.split("_", 2)[2] not in listed

    def send(token: str) -> int:
        return service.post(measured(), Authorization=f"Bearer {token}").status_code

    assert [send(first), send(second), send(f"{first}x")] == [200, 200, 401]
    assert run("revoke", first.split("_")[1])[0] == 0
    assert [send(first), send(second)] == [401, 200]
    assert run("revoke", first.split("_")[1])[0] == 1


def test_what_is_scraped_of_a_board(service: Running) -> None:
    """Whether it is up, when it last sent something, its clock, and what it reports of itself."""
    report = {"X_Board_Clock": f"{NOW.timestamp() + 5:.0f} 9 1", "X_Board_Report": "dropped=4"}
    service.post(measured(), **report)
    service.post_lines("{")
    page = generate_latest(service.registry).decode()
    labels = 'device="sensor",house="home",room="kitchen",shelf="wall",source="esp32"'
    for line in (
        f"esp32_device_up{{{labels}}} 1.0",
        f"esp32_last_arrival_timestamp_seconds{{{labels}}} {floatToGoString(NOW.timestamp())}",
        'measurements_stored_total{device_id="esp32-kitchen"} 1.0',
        'measurements_clock_skew_seconds{device_id="esp32-kitchen"} 5.0',
        'measurements_board_report{device_id="esp32-kitchen",name="dropped"} 4.0',
        'measurements_refused_lines_total{device_id="esp32-kitchen"} 1.0',
    ):
        assert line in page, page
    service.now = NOW + timedelta(seconds=901)
    assert f"esp32_device_up{{{labels}}} 0.0" in generate_latest(service.registry).decode()


def test_a_board_that_was_heard_in_the_future_is_not_up_for_ever(service: Running) -> None:
    """The clock of the machine was decades ahead; since it is right the board has sent nothing."""
    ahead = timedelta(days=30_000)
    service.now = NOW + ahead
    assert service.post(measured(-ahead.total_seconds())).json()["new"] == 1
    service.now = NOW
    page = generate_latest(service.registry).decode()
    assert 'source="esp32"} 0.0' in page
    assert "esp32_last_arrival_timestamp_seconds{" not in page
    service.post(measured())
    page = generate_latest(service.registry).decode()
    assert 'source="esp32"} 1.0' in page
    assert "esp32_last_arrival_timestamp_seconds{" in page
