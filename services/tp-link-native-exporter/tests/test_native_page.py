"""The `/metrics` page of four models: which series, with which values; and promtool's findings."""

import re
import subprocess
from pathlib import Path

import pytest

from testbed.exporter import OPEN_METRICS, TEXT, ExporterProcess
from testbed.plugs import Plugs

GOLDEN = Path(__file__).parent / "golden"
DEVICES = ("kettle", "heater", "lamp", "desk_0", "desk_1", "desk_2", "desk_3")
PROMTOOL_SAYS = ['tplink_native_energy_total_kwh counter metrics should have "_total" suffix']


def of_devices(page: str) -> str:
    """Without the kit's own metrics, and without the instants of the readings."""
    lines = (line for line in page.splitlines() if "tplink_native_" in line)
    stamp = re.compile(r"^(tplink_native_reading_timestamp_seconds\{.*\}) .*$")
    return "".join(stamp.sub(r"\1 INSTANT", line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("accept", "golden"), [(TEXT, "page.txt"), (OPEN_METRICS, "page.openmetrics.txt")]
)
@pytest.mark.usefixtures("plugs")
def test_the_page_is_the_golden_one(process: ExporterProcess, accept: str, golden: str) -> None:
    """P110M: volts and amperes; P110 1.0.7 has none; KP125 by KLAP v1; P304M: four outlets."""
    process.scrape_until(
        lambda page: all(
            page.value("tplink_native_energy_total_kwh", device=device) == 0 for device in DEVICES
        )
    )
    assert of_devices(process.scrape(accept).text) == (GOLDEN / golden).read_text()


def test_promtool_objects_to_nothing_but_the_name_that_the_contract_fixes() -> None:
    """The counter's name ends in its unit, by specification; all else must be clean."""
    page = (GOLDEN / "page.txt").read_text().replace("INSTANT", "1.0").encode()
    command = ["promtool", "check", "metrics"]
    checked = subprocess.run(command, input=page, capture_output=True, check=False)  # noqa: S603 - fixed
    assert (checked.stdout + checked.stderr).decode().splitlines() == PROMTOOL_SAYS


def test_energy_follows_the_plugs_own_daily_total(plugs: Plugs, process: ExporterProcess) -> None:
    """At 1500 W, the most of a device without a rated power, 2 Wh take five seconds."""
    plugs.change("kettle", watts=1500.0)
    page = process.scrape_until(
        lambda page: (page.value("tplink_native_energy_total_kwh", device="kettle") or 0) >= 0.002
    )
    assert page.value("tplink_native_power_watts", device="kettle") == 1500
