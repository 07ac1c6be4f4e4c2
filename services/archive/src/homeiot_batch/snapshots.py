"""Copies for dbt of what is kept elsewhere: unit prices of the BFF, devices of `devices.yaml`.

Both tables are always there, so that dbt builds without them.
"""

import logging
from collections.abc import Iterable

import duckdb
import httpx

from home_model.load import load_home
from home_model.problems import ConfigError
from homeiot_batch.config import Settings
from homeiot_batch.errors import ConfigurationError, SourceError

LOG = logging.getLogger(__name__)
DEADLINE_SECONDS = 30.0
PRICES_PATH = "/api/v1/unit_prices"
TABLES = """
CREATE TABLE IF NOT EXISTS raw_unit_prices (
  id BIGINT NOT NULL, price_per_kwh DECIMAL(18, 6) NOT NULL, currency VARCHAR NOT NULL,
  valid_from TIMESTAMP WITH TIME ZONE NOT NULL, valid_to TIMESTAMP WITH TIME ZONE, note VARCHAR,
  direction VARCHAR NOT NULL,
  exported_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE TABLE IF NOT EXISTS raw_devices (
  device VARCHAR NOT NULL, house VARCHAR NOT NULL, room VARCHAR NOT NULL, shelf VARCHAR NOT NULL,
  name_ja VARCHAR, name_en VARCHAR, rated_power_w DOUBLE NOT NULL, kind VARCHAR NOT NULL,
  exported_at TIMESTAMP WITH TIME ZONE NOT NULL
)"""

type Row = tuple[object, ...]


def save_snapshots(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Replace the copies by what holds now; without a source they stay as they are.

    Raises:
        SourceError: The BFF does not answer.
        ConfigurationError: `devices.yaml` is wrong.
    """
    connection.execute(TABLES)
    if settings.config_file:
        _replace(connection, "raw_devices", _devices(settings))
    if settings.bff_url:
        _replace(connection, "raw_unit_prices", fetch_prices(str(settings.bff_url)))


def fetch_prices(url: str) -> list[Row]:
    """Return the unit prices of the BFF; they are decimals as text.

    Raises:
        SourceError: It does not answer, or not with prices.
    """
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=DEADLINE_SECONDS) as http:
            rows = http.get(PRICES_PATH).raise_for_status().json()
        names = ("id", "price_per_kwh", "currency", "valid_from", "valid_to", "note", "direction")
        return [tuple(row[name] for name in names) for row in rows]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        message = f"the BFF at {url} has no prices to copy: {error}"
        raise SourceError(message) from error


def _devices(settings: Settings) -> Iterable[Row]:
    assert settings.config_file  # noqa: S101 - the caller asked
    try:
        home = load_home(settings.config_file)
    except ConfigError as error:
        raise ConfigurationError(str(error)) from error
    return [
        (d.device, home.house, d.room, d.shelf, d.name.ja, d.name.en, d.rated_power_watts, d.kind)
        for d in home.devices
    ]


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    connection.execute("BEGIN")
    connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
    for row in rows:
        places = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {table} VALUES ({places}, now())", row)  # noqa: S608
    connection.execute("COMMIT")
