"""Fixtures of all suites, how tests are spread over processes, and what Hypothesis may not ask."""

from typing import override

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ["testbed.plugin"]

# Their tests share what takes long to start: a whole home, a home in Grafana, a Matter network, the
# service that boards send to.
SHARING_FOLDERS = (
    "tests/end_to_end/",
    "tests/dashboards/",
    "services/tp-link-matter-exporter/",
    "firmware/esp32/",
)

# How fast examples come has no meaning for the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


class Scheduling(LoadFileScheduling):
    """Runs the tests of a file in one process, and those of a folder that shares something costly.

    Not by `--dist=loadgroup`, which pytest 9.2 and pytest-xdist 3.8 ignore together.
    """

    @override
    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((folder for folder in SHARING_FOLDERS if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Return what gives the tests to the processes of `pytest -n`."""
    return Scheduling(config, log)
