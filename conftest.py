"""Fixtures of all suites, how tests are spread over processes, and what Hypothesis may not ask."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["testbed.plugin"]

# Session fixtures that take long to start: a whole home, a Matter network, a home in Grafana.
COSTLY_FIXTURES = frozenset({"chain", "network", "panels"})

# How fast examples come has no meaning for the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of a file in one process, and those that share a costly fixture.

    `pytest -n` runs a group of `--dist=loadgroup` in one process.
    """
    shared = COSTLY_FIXTURES & set(getattr(item, "fixturenames", ()))
    item.add_marker(pytest.mark.xdist_group(min(shared, default=str(item.path))))
