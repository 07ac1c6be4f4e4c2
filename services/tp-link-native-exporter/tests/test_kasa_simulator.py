"""Kasa plugs with the protocol before KLAP (port 9999), against a simulator of others."""

import json
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from home_model.errors import BadPayloadError, RejectedError, UnreachableError
from home_model.sources import NativeSource
from testbed.process import stop
from tp_link_native_exporter.address import XOR_PORT
from tp_link_native_exporter.link import Link, Timing
from tp_link_native_exporter.reading import Reader

FOLDER = Path(__file__).parent / "kasa-simulator"
MAC = "50:C7:BF:0D:91:01"
TIMING = Timing(update_seconds=10, connect_seconds=20, share_seconds=60)


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with the simulator installed."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("the Kasa simulator needs Node.js: no 'npm' or 'node' on PATH")
    if not (FOLDER / "node_modules").exists():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)  # noqa: S603
    return node


@contextmanager
def simulated(node: str, *devices: dict[str, Any]) -> Generator[None]:
    command = [node, "serve.js", json.dumps(devices)]
    process = subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE)  # noqa: S603
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        stop(process)
        if process.stdout:
            process.stdout.close()


def device(model: str, mac: str = MAC) -> dict[str, Any]:
    # The port is the protocol's, so each plug has an address of its own, as in a house.
    dice = SystemRandom()
    address = f"127.{dice.randint(1, 250)}.{dice.randint(1, 250)}.{dice.randint(2, 250)}"
    return {"model": model, "address": address, "port": XOR_PORT, "data": {"mac": mac}}


def source(device: dict[str, Any], meter: int | None = None, mac: str = MAC) -> NativeSource:
    return NativeSource(source="native", id=mac, address=device["address"], meter=meter)


def a_reader() -> Reader:
    return Reader(lambda address: Link(address, None, TIMING))


async def test_kasa_plugs_are_read_without_an_account(node: str) -> None:
    """Both hardware generations: floats in V, A, W, kWh, and integers in their thousandths."""
    old, new = device("hs110"), device("hs110v2", "50:C7:BF:0D:91:02")
    reader = a_reader()
    with simulated(node, old, new):
        first = await reader.read(source(old))
        second = await reader.read(source(new, mac="50:C7:BF:0D:91:02"))
        await reader.close()
    for reading in (first, second):
        assert reading.power_watts == pytest.approx(3.14)
        assert reading.voltage_volts == pytest.approx(122.049, abs=0.001)
        assert reading.current_amperes == pytest.approx(0.125, abs=0.001)
        assert reading.energy_lifetime_kwh == pytest.approx(51.493)
        assert reading.energy_today_kwh is None
    assert second.extra == {"switch_on": 0.0, "signal_dbm": -65.0}


async def test_every_outlet_of_a_kasa_strip_is_read(node: str) -> None:
    """HS300: six outlets behind one connection."""
    strip = device("hs300")
    reader = a_reader()
    with simulated(node, strip):
        watts = [(await reader.read(source(strip, meter))).power_watts for meter in range(1, 7)]
        with pytest.raises(RejectedError, match="from 1 to 6"):
            await reader.read(source(strip))
        await reader.close()
    assert watts == [pytest.approx(3.14)] * 6


async def test_one_broken_outlet_of_a_kasa_strip_silences_no_other(node: str) -> None:
    """Its meter answers with an error from the first update on."""
    strip = device("hs300") | {"brokenOutlet": 2}
    reader = Reader(lambda address: Link(address, None, Timing(10, 20, 0)))
    with simulated(node, strip):
        for _ in range(2):
            with pytest.raises(BadPayloadError):
                await reader.read(source(strip, 3))
            assert (await reader.read(source(strip, 4))).power_watts == pytest.approx(3.14)
        await reader.close()


async def test_a_kasa_plug_without_a_meter_is_refused(node: str) -> None:
    """HS100 switches and measures nothing."""
    plug = device("hs100")
    reader = a_reader()
    with simulated(node, plug), pytest.raises(RejectedError, match="has no energy meter"):
        await reader.read(source(plug))
    await reader.close()


async def test_a_kasa_plug_that_lost_its_power_comes_back(node: str) -> None:
    """The dead connection is noticed at the next reading; a new one is made when it answers."""
    plug = device("hs110v2")
    reader = Reader(lambda address: Link(address, None, Timing(10, 20, 0)))
    with simulated(node, plug):
        await reader.read(source(plug))
    with pytest.raises(UnreachableError, match="the cause is looked for"):
        await reader.read(source(plug))
    with pytest.raises(UnreachableError, match="nothing answers"):
        await reader.read(source(plug))
    with simulated(node, plug):
        assert (await reader.read(source(plug))).power_watts == pytest.approx(3.14)
    await reader.close()
