"""The TP-Link plugs: the same house as in the past, on the network."""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from home_model.config import Home
from home_model.sources import NativeSource
from service_kit.errors import CannotStartError
from tapo_emulator.smart.dispatch import answer
from testbed.process import free_port, running
from virtual_home.meters import PlugMeter, meters_of
from virtual_home.past.series import Span, make_past
from virtual_home.plugs.network import make_plug, plugs_running
from virtual_home.plugs.outlets import outlet_at
from virtual_home.settings import VIRTUAL_TP_LINK_ACCOUNT

CONFIG_FILE = Path(__file__).parents[3] / "config" / "virtual-home.yaml"


def plug_meter(home: Home, device: str) -> PlugMeter:
    return next(m for m in meters_of(home, NativeSource) if m.device.device == device)


@pytest.mark.parametrize("device", ["ceramic_heater", "dehumidifier"])
def test_a_plug_says_now_what_the_past_ends_with(home: Home, device: str) -> None:
    """Watts, volts and amperes at an instant are those that the backfill writes for it."""
    meter = plug_meter(home, device)
    minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=5)
    end = int(minute.timestamp())
    past = make_past(meter, home, Span(end - 3600, end), seed=1)
    plug = make_plug([meter], home, VIRTUAL_TP_LINK_ACCOUNT, seed=1)
    plug.clock = lambda: minute
    data = answer(plug, {"method": "get_emeter_data"})["result"]
    power, _, voltage, current = (series.values[-1] for series in past.measured)
    assert data["power_mw"] == pytest.approx(1000 * power, abs=0.5)
    assert data["voltage_mv"] == pytest.approx(1000 * voltage, abs=0.5)
    assert data["current_ma"] == pytest.approx(1000 * current, abs=0.6)


def test_early_firmware_knows_neither_volts_nor_amperes(home: Home) -> None:
    """The aquarium's P110 1.0.7; its past has watts and energy alone."""
    meter = plug_meter(home, "aquarium")
    plug = make_plug([meter], home, VIRTUAL_TP_LINK_ACCOUNT, seed=1)
    assert answer(plug, {"method": "get_emeter_data"})["error_code"] != 0
    past = make_past(meter, home, Span(0, 3600), seed=1)
    names = [series.metric["__name__"] for series in past.measured]
    assert names == ["tplink_native_power_watts", "tplink_native_energy_total_kwh"]


def test_the_energy_of_today_survives_a_restart(home: Home) -> None:
    """A plug counts while nobody runs the house: its day begins at the house's midnight."""
    meter = plug_meter(home, "aquarium")
    noon = datetime(2026, 11, 10, 12, 0, tzinfo=home.zone)
    at_once = outlet_at(meter, noon, home.zone, seed=1)
    counted = outlet_at(meter, noon - timedelta(hours=2), home.zone, seed=1)
    counted.advance(noon)
    for word in ("today_wh", "month_wh", "lifetime_wh"):
        assert getattr(at_once, word) == pytest.approx(getattr(counted, word), abs=1e-6)
    assert 300 < at_once.today_wh < 1000
    assert outlet_at(meter, noon.replace(hour=0), home.zone, seed=1).today_wh == 0
    assert at_once.month_wh > 8 * at_once.today_wh


def test_unnamed_outlets_of_a_strip_have_no_load(home: Home) -> None:
    """Four outlets, one of them configured."""
    plug = make_plug([plug_meter(home, "circulator")], home, VIRTUAL_TP_LINK_ACCOUNT, seed=1)
    watts = [outlet.power_watts(datetime.now(UTC)) for outlet in plug.outlets]
    assert watts[0] > 0
    assert watts[1:] == [0, 0, 0]


async def test_a_taken_address_is_named(home: Home) -> None:
    """Two houses cannot have one address."""
    moved = at_port(home, free_port())
    async with plugs_running(moved, VIRTUAL_TP_LINK_ACCOUNT, seed=1):
        with pytest.raises(CannotStartError, match=r"port \d+ on 127\.0\.0\.11 is taken"):
            async with plugs_running(moved, VIRTUAL_TP_LINK_ACCOUNT, seed=1):
                pass


def test_the_command_serves_four_plugs_and_ends_cleanly(home: Home, tmp_path: Path) -> None:
    """Loads can be overridden; the account's password is not in the log."""
    port, log, config = free_port(), tmp_path / "log", tmp_path / "devices.yaml"
    config.write_text(at_port(home, port).model_dump_json(), encoding="utf-8")
    url = f"http://127.0.0.1:{port}/plugs"
    env = os.environ | {"CONFIG_FILE": str(config), "LISTEN_PORT": str(port)}
    with running(
        [sys.executable, "-m", "virtual_home", "plugs"], ready_url=url, log=log, env=env
    ) as process:
        plugs: list[dict[str, Any]] = httpx.get(url, trust_env=False).json()
        assert {plug["name"]: plug["address"] for plug in plugs} == {
            "aquarium": f"127.0.0.11:{port}",
            "circulator": f"127.0.0.12:{port}",
            "dehumidifier": f"127.0.0.13:{port}",
            "ceramic_heater": f"127.0.0.14:{port}",
        }
        changed = httpx.patch(f"{url}/aquarium", json={"watts": 900}, trust_env=False).json()
        assert changed["outlets"][0]["power_watts"] == 900
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert "aquarium: Tapo P110 at 127.0.0.11:" in log.read_text()
    assert VIRTUAL_TP_LINK_ACCOUNT.password not in log.read_text()


def at_port(home: Home, port: int) -> Home:
    """The same house with its plugs at another port."""
    devices = tuple(
        device.model_copy(
            update={
                "sources": tuple(
                    source.model_copy(
                        update={"address": f"{source.address.partition(':')[0]}:{port}"}
                    )
                    if isinstance(source, NativeSource)
                    else source
                    for source in device.sources
                )
            }
        )
        for device in home.devices
    )
    return home.model_copy(update={"devices": devices})
