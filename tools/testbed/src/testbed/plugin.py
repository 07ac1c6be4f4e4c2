"""The pytest fixtures that several suites share."""

from collections.abc import Iterator

import pytest

from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics


@pytest.fixture
def vm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VictoriaMetrics]:
    """An empty vmsingle of this test's own."""
    with victoria_metrics(tmp_path_factory.mktemp("vm")) as server:
        yield server
