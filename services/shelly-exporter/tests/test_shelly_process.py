"""The exporter as a process: its page, `--once`, `--check`, `--discover`, and no secret in any."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from shelly_house import PASSWORD
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from home_model.load import load_home
from service_kit.clock import utc_now
from shelly_emulator.device import Device
from shelly_emulator.login import StrictLogin
from shelly_emulator.models import MODELS
from shelly_emulator.server import DeviceServer
from shelly_exporter.discovery import SERVICE_TYPE, browse
from testbed.exporter import HOME, OPEN_METRICS, TEXT, exporter, home_of, settings_of

GOLDEN = Path(__file__).parent / "golden"
COMMAND = (sys.executable, "-m", "shelly_exporter")


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int | None
    output: str
    errors: str


async def run(settings: dict[str, str], *arguments: str) -> Done:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        env=settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return Done(process.returncode, output.decode(), errors.decode())


@pytest.fixture
async def servers() -> AsyncIterator[list[DeviceServer]]:
    """A plug with a login, a strip without one and a meter of three phases."""
    async with AsyncExitStack() as stack:
        running = []
        for number, model in enumerate(("Plug US Gen4", "Power Strip Gen4", "Pro 3EM triphase"), 1):
            device = Device(MODELS[model], f"58E6C500000{number}", name=f"Küche {number}")
            device.be_up_since(86_400)
            if number == 1:
                device.login = StrictLogin(device.device_id, PASSWORD, utc_now)
            for meter in device.meters.values():
                meter.watts = 15.4 * number
                meter.counts = False
            running.append(await stack.enter_async_context(DeviceServer(device)))
        yield running


def sources(servers: list[DeviceServer]) -> tuple[str, ...]:
    plug, strip, phases = (
        f'source: shelly, id: {server.device.mac}, address: "{server.netloc}"' for server in servers
    )
    return (
        f"{{{plug}}}",
        *(f"{{{strip}, meter: {n}}}" for n in range(1, 5)),
        f"{{{phases}, phases: netted}}",
    )


def of_devices(page: str) -> str:
    """Without the kit's own metrics, and without the instants."""
    lines = (line for line in page.splitlines() if "shelly_" in line)
    stamp = re.compile(r"^(shelly_(?:reading|changed)_timestamp_seconds\{.*\}) .*$")
    return "".join(stamp.sub(r"\1 INSTANT", line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("accept", "golden"), [(TEXT, "page.txt"), (OPEN_METRICS, "page.openmetrics.txt")]
)
async def test_the_page_is_the_golden_one(
    accept: str, golden: str, servers: list[DeviceServer], tmp_path: Path
) -> None:
    """Both formats; the password is in neither the page nor the log."""
    settings = settings_of(home_of(*sources(servers)), tmp_path, SHELLY_PASSWORD=PASSWORD)
    log = tmp_path / "log"
    for meter in servers[2].device.meters.values():
        meter.watts = 0.0  # its energy is integrated from this

    def scrape() -> str:
        with exporter(COMMAND, settings, log) as process:
            process.scrape_until(
                lambda page: all(
                    page.value("shelly_energy_total_kwh", device=f"device_{n}") == 0
                    for n in range(1, 7)
                )
            )
            return process.scrape(accept).text

    page = await asyncio.to_thread(scrape)
    assert of_devices(page) == (GOLDEN / golden).read_text()
    assert PASSWORD not in page + log.read_text()


async def test_once_prints_a_table(servers: list[DeviceServer], tmp_path: Path) -> None:
    """A line for each meter."""
    settings = settings_of(home_of(*sources(servers)), tmp_path, SHELLY_PASSWORD=PASSWORD)
    done = await run(settings, "--once")
    rows = {line.split()[0]: line.split() for line in done.output.splitlines()}
    assert done.code == 0, done.errors
    assert rows["device_1"][2:5] == ["15.4", "101.3", "0.152"]
    assert rows["device_5"][2] == "30.8"
    assert rows["device_6"][2:4] == ["138.6", "-"]
    assert PASSWORD not in done.output + done.errors


async def test_check_lists_problems(tmp_path: Path) -> None:
    """Of the settings and of the configuration, each by its name."""
    wrong = '{source: shelly, id: 58E6C5000001, address: "http://192.168.1.20/", phases: summed}'
    settings = settings_of(home_of(wrong), tmp_path, SHELLY_STALE_SECONDS="soon")
    done = await run(settings, "--check")
    assert done.code == 1
    for word in ("SHELLY_STALE_SECONDS", "address", "phases"):
        assert word in done.errors


async def test_discover_prints_what_can_be_pasted(
    servers: list[DeviceServer], tmp_path: Path
) -> None:
    """At given addresses: each meter a device; what cannot be read is a comment with the reason."""
    first_generation = Device(MODELS["Plug S"], "58E6C5000009")
    settings = settings_of(HOME, tmp_path, SHELLY_PASSWORD=PASSWORD, DEADLINE_SECONDS="20")
    async with DeviceServer(first_generation) as old:
        addresses = [server.netloc for server in (*servers, old)]
        done = await run(settings, "--discover", *addresses, "127.0.0.1:9")
    assert done.code == 0, done.errors
    assert "SHPLG-S is a first-generation Shelly" in done.output
    assert "# a device at 127.0.0.1:9: nothing answers" in done.output
    assert "see `phases`" in done.output
    pasted = HOME.removesuffix("devices:\n") + done.output
    config = tmp_path / "pasted.yaml"
    placed = pasted.replace("room: CHANGE_ME", "room: study").replace(
        "shelf: CHANGE_ME", "shelf: rack"
    )
    config.write_text(placed, encoding="utf-8")
    home = load_home(config)
    names = [device.device for device in home.devices]
    assert names == ["kuche_1", *(f"kuche_2_{n}" for n in range(1, 5)), "kuche_3"]
    keys = [source.key for device in home.devices for source in device.sources]
    assert keys[0] == ("58E6C5000001", "")
    assert keys[1:5] == [("58E6C5000002", str(n)) for n in range(1, 5)]
    assert PASSWORD not in done.output + done.errors


async def test_discover_by_mdns_finds_what_is_announced() -> None:
    """`_shelly._tcp`, with the address and the port of the device."""
    info = ServiceInfo(
        SERVICE_TYPE,
        f"shellyplugusg4-58e6c5000001.{SERVICE_TYPE}",
        parsed_addresses=["127.0.0.1"],
        port=8765,
        properties={"gen": "4"},
        server="shellyplugusg4-58e6c5000001.local.",
    )
    try:
        network = AsyncZeroconf(interfaces=["127.0.0.1"])
    except OSError as error:
        pytest.skip(f"no multicast on the loopback interface: {error}")
    async with network:
        await (await network.async_register_service(info))
        assert await browse(2.0, ["127.0.0.1"]) == ["127.0.0.1:8765"]
        await (await network.async_unregister_service(info))


async def test_help_shows_discovery(tmp_path: Path) -> None:
    """It is the first thing that a newcomer needs."""
    done = await run(settings_of(HOME, tmp_path), "--help")
    assert done.code == 0
    assert "--once" in done.output
    assert "--discover [ADDRESS" in done.output
