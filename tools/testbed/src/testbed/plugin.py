"""The pytest fixtures that several suites share."""

from collections.abc import Iterator

import pytest

from testbed.influxdb import InfluxDB, influxdb
from testbed.postgresql import find_program, postgresql
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics


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
