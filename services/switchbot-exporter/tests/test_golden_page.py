"""The whole `/metrics` page of golden payloads, in both formats, and promtool's findings."""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter_kit import Exporter, ExporterSettings
from exporter_kit.app import Program, run_exporter
from exporter_kit.energy.store import write_initial_counters
from home_model.errors import UnreachableError
from service_kit.clock import Clock
from switchbot_exporter.cloud.budget import Budget
from switchbot_exporter.cloud.devices import AccountDevices
from switchbot_exporter.cloud.exporter import CloudFetcher, account_samples, cloud_reader
from switchbot_exporter.cloud.freshness import Freshness
from switchbot_exporter.cloud.quota import Quota, RemainingCalls, ResetTime, quota_document
from switchbot_exporter.cloud.schedule import CloudSchedule, Pause
from testbed.exporter import OPEN_METRICS, TEXT
from testbed.process import free_port

HERE = Path(__file__).parent
NAME = "switchbot-exporter"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOON)
PAYLOAD_OF_ID = {
    "6055F9A1000B": "plug_mini_us_V2.0-2.0_mA",
    "6055F9A1000C": "plug_mini_jp_V1.8-1.8_off",
    "6055F9A10003": "relay_switch_2pm_V0.7",
    "6055F9A10005": "relay_switch_1pm_V2.1",
}
PROMTOOL_SAYS = [
    'switchbot_energy_total_kwh counter metrics should have "_total" suffix',
]


async def fetch_status(device_id: str) -> Mapping[str, object]:
    """The payload of a device; the EU plug is offline."""
    if device_id not in PAYLOAD_OF_ID:
        reason = "offline"
        raise UnreachableError(reason)
    payload = (HERE / "payloads" / f"{PAYLOAD_OF_ID[device_id]}.json").read_text()
    return json.loads(payload) | {"deviceId": device_id}


async def no_list() -> Mapping[str, object]:
    return {}


@asynccontextmanager
async def serving(folder: Path, config: str) -> AsyncGenerator[str]:
    """The exporter at noon of a fixed day; gives the address of its page."""
    (folder / "devices.yaml").write_text(config, encoding="utf-8")
    settings = ExporterSettings(
        config_file=folder / "devices.yaml", state_dir=folder, listen_port=free_port()
    )
    write_initial_counters(folder, NAME, {("server", "cloud"): 12.5}, NOON)
    quota = Quota(quota_document(folder), 10_000, ResetTime(ZoneInfo("UTC")), CLOCK.now)
    remaining = RemainingCalls(quota, "X-Left", CLOCK.monotonic)
    schedule = CloudSchedule(
        Budget(10_000, 500, 30_000), remaining, Pause(CLOCK.monotonic), CLOCK.monotonic
    )
    devices = AccountDevices(no_list, CLOCK.monotonic)
    freshness = Freshness(7200, CLOCK.monotonic)
    fetcher = CloudFetcher(fetch_status, devices, freshness, CLOCK.now)
    exporter = Exporter((cloud_reader(fetcher, schedule),), lambda: account_samples(schedule))
    running = asyncio.create_task(run_exporter(Program(NAME, "0", settings, exporter), CLOCK))
    yield f"http://127.0.0.1:{settings.listen_port}"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def page_of(url: str, accept: str) -> str:
    """The page once all devices were read and their counters saved."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/metrics", headers={"Accept": accept}) as answer:
                    page = await answer.text()
            except aiohttp.ClientConnectionError:
                page = ""
            if page.count("\nswitchbot_energy_total_kwh{") == 5 and page.count("_device_up{") == 6:
                return page
            await asyncio.sleep(0.02)


def of_devices(page: str) -> str:
    """Without the kit's metrics of the process: it differs each time and is the kit's to test."""
    return "".join(line + "\n" for line in page.splitlines() if "switchbot_" in line)


@pytest.mark.parametrize(
    ("accept", "golden"), [(TEXT, "page.txt"), (OPEN_METRICS, "page.openmetrics.txt")]
)
async def test_the_page_is_the_golden_one(
    tmp_path: Path, config: str, accept: str, golden: str
) -> None:
    """Every name, type, help text, label and value; the counter's name is exact in both."""
    async with asyncio.timeout(60), serving(tmp_path, config) as url:
        page = of_devices(await page_of(url, accept))
    assert page == (HERE / "golden" / golden).read_text()


async def test_the_openmetrics_page_parses(tmp_path: Path, config: str) -> None:
    """The whole page, by prometheus_client's strict parser."""
    async with asyncio.timeout(60), serving(tmp_path, config) as url:
        families = list(text_string_to_metric_families(await page_of(url, OPEN_METRICS)))
    samples = {sample.name for family in families for sample in family.samples}
    assert {"switchbot_power_watts", "switchbot_energy_total_kwh"} <= samples


def test_promtool_objects_to_nothing_but_the_name_that_the_contract_fixes() -> None:
    """The counter's name ends in its unit, by specification; all else must be clean."""
    page = (HERE / "golden" / "page.txt").read_bytes()
    command = ["promtool", "check", "metrics"]
    checked = subprocess.run(command, input=page, capture_output=True, check=False)  # noqa: S603 - fixed
    assert (checked.stdout + checked.stderr).decode().splitlines() == PROMTOOL_SAYS
