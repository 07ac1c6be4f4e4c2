"""Answers have the form of recorded ones."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shelly_emulator.answers import RpcError, call, info, status
from shelly_emulator.device import Device
from shelly_emulator.models import MODELS
from shelly_emulator.server import DeviceServer
from testbed.manual_clock import ManualClock

BEGIN = datetime(2026, 11, 28, tzinfo=UTC)


def device(model: str, manual_clock: ManualClock | None = None) -> Device:
    return Device(MODELS[model], "58E6C5000001", now=(manual_clock or ManualClock(BEGIN)).now)


@pytest.mark.parametrize("model", [name for name in MODELS if name != "Plug S"])
def test_every_model_has_its_components(model: str) -> None:
    """A meter, `sys` with the MAC, and its clock."""
    fields = status(device(model))
    assert set(MODELS[model].meters) <= fields.keys()
    assert fields["sys"]["mac"] == "58E6C5000001"
    assert fields["sys"]["unixtime"] == int(BEGIN.timestamp())


def test_generation_1_has_no_generation() -> None:
    """But a type."""
    assert info(device("Plug S"))["type"] == "SHPLG-S"
    assert "gen" not in info(device("Plug S"))


def test_phases_are_summed_and_not_netted() -> None:
    """Both totals rise while one phase imports and another exports."""
    manual_clock = ManualClock(BEGIN)
    meter = device("Pro 3EM triphase", manual_clock)
    meter.set_watts(1000, "a")
    meter.set_watts(-600, "b")
    manual_clock.pass_by(hours=1)
    fields = status(meter)
    assert fields["em:0"]["total_act_power"] == 400
    assert fields["emdata:0"]["total_act"] == 1000
    assert fields["emdata:0"]["total_act_ret"] == 600


def test_both_directions_are_in_aenergy() -> None:
    """Wh to three digits; `by_minute` in mWh."""
    manual_clock = ManualClock(BEGIN)
    plug = device("Plug US Gen4", manual_clock)
    plug.set_watts(428.5)
    manual_clock.pass_by(hours=1)
    plug.set_watts(-100)
    manual_clock.pass_by(hours=1)
    fields = status(plug)["switch:0"]
    assert fields["aenergy"]["total"] == 528.5
    assert fields["ret_aenergy"]["total"] == 100
    assert fields["apower"] == -100
    plug.set_watts(428.5)
    assert status(plug)["switch:0"]["aenergy"]["by_minute"][0] == pytest.approx(7141.667)


def test_a_clock_that_is_not_set_is_null() -> None:
    """Until NTP answers."""
    plug = device("Plug US")
    plug.has_clock = False
    assert status(plug)["sys"]["unixtime"] is None
    assert status(plug)["sys"]["time"] is None


def test_a_restart_sets_the_uptime_back_and_may_lose_energy() -> None:
    """What had not been stored yet."""
    manual_clock = ManualClock(BEGIN)
    plug = device("Plug US", manual_clock)
    plug.meters["switch:0"].imported_wh = 10.0
    manual_clock.pass_by(seconds=100)
    plug.restart(lost_wh=0.49)
    assert plug.meters["switch:0"].imported_wh == pytest.approx(9.51)
    manual_clock.instant += timedelta(seconds=5)
    assert status(plug)["sys"]["uptime"] == 5


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("EM.GetStatus", {"id": "0"}, 404),
        ("Switch.GetStatus", {}, -103),
        ("Switch.GetStatus", {"id": "7"}, -105),
    ],
)
def test_a_call_that_is_wrong_has_the_devices_code(
    method: str, params: dict[str, str], code: int
) -> None:
    """Not in this model, without an id, without such an instance."""
    with pytest.raises(RpcError) as caught:
        call(device("Plug US"), method, params)
    assert caught.value.code == code


async def test_errors_of_a_frame_are_within_a_200() -> None:
    """Those of a GET have a status."""
    async with (
        DeviceServer(device("Plug US")) as server,
        httpx.AsyncClient(base_url=f"http://{server.netloc}", trust_env=False) as http,
    ):
        posted = await http.post("/rpc", json={"id": 3, "method": "EM.GetStatus"})
        got = await http.get("/rpc/EM.GetStatus?id=0")
    assert posted.status_code == 200
    assert posted.json()["error"] == {"code": 404, "message": "No handler for EM.GetStatus"}
    assert (got.status_code, got.json()["code"]) == (404, 404)
