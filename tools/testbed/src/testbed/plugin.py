"""The pytest fixtures that several suites share."""

import functools
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.influxdb import InfluxDB, influxdb
from testbed.postgresql import find_program, postgresql
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics
from testbed.volume import Volume
from testbed.volume import small_volume as mounted_volume

# Each client of httpx loads the certificate authorities, some 20 ms of the processor; a run makes
# many thousands of clients, most of them while it waits for something.
ssl.create_default_context = functools.cache(  # ty: ignore[invalid-assignment] - takes the same
    ssl.create_default_context
)


@pytest.fixture
def vm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VictoriaMetrics]:
    """An empty vmsingle of this test's own."""
    with victoria_metrics(tmp_path_factory.mktemp("vm")) as server:
        yield server


@pytest.fixture
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    """An empty InfluxDB 1.x of this test's own."""
    with influxdb(tmp_path_factory.mktemp("influxdb")) as server:
        yield server


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The database of an empty PostgreSQL of this test's own."""
    if not find_program("initdb"):
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    with postgresql() as url:
        yield url


@pytest.fixture
def small_volume(tmp_path: Path) -> Iterator[Volume]:
    """A volume of 4 MiB, which can become read-only or full."""
    with mounted_volume(tmp_path / "volume") as volume:
        yield volume
