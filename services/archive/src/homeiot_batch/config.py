"""What the environment decides, read once; the names are those that users of the archive have."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, HttpUrl, SecretStr

from home_model.load import load_home
from home_model.problems import ConfigError
from homeiot_batch.duckdb_writer import DuckdbOptions
from homeiot_batch.errors import ConfigurationError
from homeiot_batch.influx_reader import InfluxAddress
from homeiot_batch.parquet_writer import WriteOptions
from service_kit.settings import LogSettings


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        message = f"'{name}' is not a time zone; write one like Asia/Tokyo"
        raise ValueError(message)
    return name


type ZoneName = Annotated[str, AfterValidator(_known_zone)]
type Count = Annotated[int, Field(ge=1)]
type Seconds = Annotated[float, Field(ge=0)]
type Compression = Literal["zstd", "snappy", "gzip", "lz4", "none"]


class Settings(LogSettings):
    """One run of the archive."""

    # Which source the meter readings come from. The answer distinguishes InfluxDB 2 from 1.x.
    archive_source: Literal["influxdb", "victoriametrics"] = "influxdb"

    influx_url: HttpUrl = HttpUrl("http://influxdb:8086")
    influx_bucket: str = "home_energy"
    influx_token: SecretStr | None = None
    influx_username: str | None = None
    influx_password: SecretStr | None = None
    influx_measurement: str = "power"
    influx_retention_policy: str | None = None

    # Set: every sample goes to `raw_samples`, and the figures of the run go there.
    victoriametrics_url: HttpUrl | None = None
    victoria_metrics_username: str = ""
    victoria_metrics_password: SecretStr = SecretStr("")
    # Set: `raw_measurements` is written.
    measurements_database_url: SecretStr | None = None
    # Set: unit prices are copied for fct_daily_cost.
    bff_url: HttpUrl | None = None

    duckdb_path: Path = Path("/data/duckdb/home_energy.duckdb")
    duckdb_memory_limit: str = "150MB"
    duckdb_threads: Count = 2
    duckdb_busy_seconds: Seconds = 300.0
    parquet_base_dir: Path = Path("/data/parquet")
    parquet_compression: Compression = "zstd"
    parquet_row_group_size: Count = 122_880

    tz: ZoneName = "Asia/Tokyo"
    source_default: str = "meter1"
    # `devices.yaml`, when there is one: its time zone has to be TZ, and names come from it.
    config_file: Path | None = None

    dbt_executable: str = "dbt"
    dbt_project_dir: Path = Path(__file__).parents[2] / "dbt"

    @property
    def zone(self) -> ZoneInfo:
        """The zone that days are cut by."""
        return ZoneInfo(self.tz)


def influx_address(settings: Settings) -> InfluxAddress:
    """Return where InfluxDB's readings are."""
    return InfluxAddress(
        url=str(settings.influx_url),
        database=settings.influx_bucket,
        measurement=settings.influx_measurement,
        retention_policy=settings.influx_retention_policy,
        token=_secret(settings.influx_token),
        username=settings.influx_username,
        password=_secret(settings.influx_password),
    )


def duckdb_options(settings: Settings) -> DuckdbOptions:
    """Return how DuckDB is opened."""
    return DuckdbOptions(
        path=settings.duckdb_path,
        zone=settings.zone,
        memory_limit=settings.duckdb_memory_limit,
        threads=settings.duckdb_threads,
        busy_wait=timedelta(seconds=settings.duckdb_busy_seconds),
    )


def write_options(settings: Settings) -> WriteOptions:
    """Return how Parquet is written."""
    return WriteOptions(
        compression=settings.parquet_compression, row_group_rows=settings.parquet_row_group_size
    )


def check_zone(settings: Settings) -> None:
    """Compare TZ with the house's time zone, when there is a `devices.yaml`.

    Raises:
        ConfigurationError: They differ, or the file is wrong.
    """
    if settings.config_file is None:
        return
    try:
        house = load_home(settings.config_file)
    except ConfigError as error:
        message = "\n".join(str(problem) for problem in error.problems)
        raise ConfigurationError(message) from error
    if house.time_zone != settings.tz:
        message = f"TZ is {settings.tz}, but time_zone of {settings.config_file} is "
        message += f"{house.time_zone}: days would be cut at another hour than the house's"
        raise ConfigurationError(message)


def house_of(settings: Settings) -> str | None:
    """Return the house of `devices.yaml`; None without the file, or while it has problems."""
    if settings.config_file is None:
        return None
    try:
        return load_home(settings.config_file).house
    except ConfigError:
        return None


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None
