"""The dbt project, by the real dbt, on days that the archive loaded."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from homeiot_batch.duckdb_writer import DuckdbOptions, load_day, opened
from homeiot_batch.parquet_writer import Partition, write_day
from homeiot_batch.snapshots import TABLES
from homeiot_batch.transform import READINGS, RowContext, archive_rows, local_day, row_schema

ROOT = Path(__file__).parents[3]
PROJECT = ROOT / "services/archive/dbt"
DBT = ROOT / ".tools/dbt/bin/dbt"
TOKYO = ZoneInfo("Asia/Tokyo")
DAYS = (date(2026, 11, 26), date(2026, 11, 27))

type Reading = tuple[datetime, str, float | None, float | None]

pytestmark = [
    pytest.mark.long,  # dbt takes a minute of processor for a small archive
    pytest.mark.skipif(not DBT.exists(), reason="run scripts/setup-dbt (`make test-long` does)"),
]


def readings() -> Iterator[Reading]:
    """Two days of three meters, a reading an hour."""
    for hour in range(48):
        at = local_day(DAYS[0], TOKYO).start + timedelta(hours=hour)
        yield at, "steady", 100.0, 1000 + hour / 10
        # A plug that was away for an hour: its energy is 0.0 in the table.
        yield at, "gappy", 50.0, None if hour == 5 else 1001 + hour / 20
        # Its counter begins anew at noon of the second day.
        yield at, "reset", 10.0 if hour else 500.0, (hour if hour < 36 else hour - 36) / 4


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with the days, prices that begin on the second, and all models built."""
    folder = tmp_path_factory.mktemp("dbt")
    options = DuckdbOptions(folder / "home.duckdb", TOKYO)
    with opened(options) as connection:
        for day in DAYS:
            span = local_day(day, TOKYO)
            rows = [row for row in readings() if span.start <= row[0] < span.end]
            load(folder, connection, day, rows)
        connection.execute(TABLES)
        begin = local_day(DAYS[1], TOKYO).start.isoformat()
        prices = ", ".join(
            f"({n}, {price}, 'JPY', '{begin}', NULL, 'flat', '{direction}', now())"
            for n, (price, direction) in enumerate(((30, "import"), (16, "export")))
        )
        connection.execute(f"INSERT INTO raw_unit_prices VALUES {prices}")  # noqa: S608
    run(folder, "build")
    return folder / "home.duckdb"


def load(folder: Path, connection: duckdb.DuckDBPyConnection, day: date, rows: list) -> None:
    at, source, power, energy = zip(*rows, strict=True)
    empty = [None] * len(rows)
    columns = dict.fromkeys(READINGS.names, empty) | {
        "ts_utc": list(at),
        "source": list(source),
        "instant_power_w": list(power),
        "energy_import_kwh": list(energy),
    }
    context = RowContext(day, TOKYO, datetime.now(UTC), "meter1")
    table = archive_rows(pa.table(columns, schema=READINGS), context)
    partition = Partition(folder, "raw_meter_readings", day)
    written = write_day(partition, [table], row_schema(TOKYO), fingerprint_columns=["ts_utc"])
    load_day(connection, partition, written.manifest, TOKYO)


def run(folder: Path, *command: str) -> str:
    """Run dbt as a person does: in the folder of the project, after copying the profile."""
    project = folder / "project"
    if not project.exists():
        shutil.copytree(PROJECT, project)
        shutil.copy(project / "profiles.yml.example", project / "profiles.yml")
    env = {"PATH": os.environ["PATH"], "DUCKDB_PATH": str(folder / "home.duckdb"), "NO_COLOR": "1"}
    found = subprocess.run(  # noqa: S603 - the project's own program
        [DBT, *command], cwd=project, env=env, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
    return found.stdout


def query(home: Path, text: str) -> list[tuple]:
    with duckdb.connect(home, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(text).fetchall()


def test_a_day_of_a_steady_meter_by_both_rules(home: Path) -> None:
    """Max - min lacks the step over midnight, the counter rule has it."""
    found = query(
        home,
        "SELECT round(daily_energy_kwh, 6), round(counted_kwh, 6), resets, peak_w, samples "
        "FROM fct_daily_energy WHERE source = 'steady' ORDER BY date_jst",
    )
    assert found == [(2.3, 2.3, 0, 100.0, 24), (2.3, 2.4, 0, 100.0, 24)]


def test_a_missing_value_is_no_energy(home: Path) -> None:
    """Stored as 0.0, it would make max - min a thousand kWh."""
    found = query(
        home,
        "SELECT round(daily_energy_kwh, 6), samples FROM fct_daily_energy "
        "WHERE source = 'gappy' ORDER BY date_jst",
    )
    assert found == [(1.15, 23), (1.15, 24)]


def test_a_reset_is_counted_and_not_subtracted(home: Path) -> None:
    """The day with the reset is by the counter rule; max - min is beside it, and differs."""
    found = query(
        home,
        "SELECT round(daily_energy_kwh, 6), round(max_minus_min_kwh, 6), resets, peak_w "
        "FROM fct_daily_energy WHERE source = 'reset' ORDER BY date_jst",
    )
    assert found == [(5.75, 5.75, 0, 500.0), (5.75, 8.75, 1, 10.0)]


def test_hours_add_up_to_days(home: Path) -> None:
    """Of the same rule, each meter and day."""
    found = query(
        home,
        "SELECT count(*) FROM (SELECT date_jst, source, sum(energy_kwh) AS kwh "
        "FROM fct_hourly_energy GROUP BY ALL) JOIN fct_daily_energy USING (date_jst, source) "
        "WHERE abs(kwh - counted_kwh) < 1e-9",
    )
    assert found == [(6,)]


def test_cost_has_the_price_of_each_instant(home: Path) -> None:
    """The first day has none: its energy is named as unpriced, its cost unknown."""
    found = query(
        home,
        "SELECT date_jst, CAST(cost AS DOUBLE), round(unpriced_kwh, 6), currency "
        "FROM fct_daily_cost WHERE source = 'steady' ORDER BY date_jst",
    )
    assert found == [(DAYS[0], None, 2.3, None), (DAYS[1], 72.0, 0.0, "JPY")]


def test_devices_have_their_first_and_last_day(home: Path) -> None:
    """A source without devices has the meter's name."""
    found = query(
        home,
        "SELECT device, first_date_jst, last_date_jst, is_configured FROM dim_device ORDER BY 1",
    )
    assert found == [(name, *DAYS, False) for name in ("gappy", "reset", "steady")]


def test_plain_run_freshness_and_docs_work(home: Path) -> None:
    """Without a network: in the folder, after copying the profile."""
    run(home.parent, "run")
    assert "PASS freshness of archive.raw_meter_readings" in run(home.parent, "source", "freshness")
    run(home.parent, "docs", "generate", "--static")
    assert (home.parent / "project/target/static_index.html").stat().st_size > 100_000


def test_every_model_and_source_is_described() -> None:
    """And has a test of its own."""
    described = (PROJECT / "models/models.yml").read_text()
    for model in PROJECT.glob("models/*/*.sql"):
        part = re.search(
            rf"- name: {model.stem}\n    description: .+?(?=\n  - name|\nunit)",
            described,
            re.DOTALL,
        )
        assert part, model.stem
        assert "data_tests" in part[0], model.stem


def test_dbt_and_the_archive_have_one_duckdb() -> None:
    """Both open the same file."""
    locks = (ROOT / "uv.lock", PROJECT / "uv.lock")
    versions = {
        re.findall(r'name = "duckdb"\nversion = "([^"]+)"', lock.read_text())[0] for lock in locks
    }
    assert len(versions) == 1
