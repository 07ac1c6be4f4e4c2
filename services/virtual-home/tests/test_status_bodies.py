"""The status of each type, with the traps of the real ones."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.answers import Answer
from virtual_home.cloud.status_bodies import CurrentScale

FRIDGE, KETTLE, ESPRESSO = "6055F9A1000A", "6055F9A10006", "6055F9A10007"
RELAY_1PM, RELAY_2PM = "6055F9A10005", "6055F9A10003"


def at(cloud: VirtualCloud, text: str) -> VirtualCloud:
    instant = datetime.fromisoformat(text).astimezone(UTC).timestamp()
    cloud.clock = lambda: instant
    return cloud


def test_a_plug_mini_jp_has_the_keys_of_a_real_one(cloud: VirtualCloud) -> None:
    """The keys of a Plug Mini (JP), V1.8-1.8 (SwitchBotAPI issue #379); no energy among them."""
    body = cloud.status(FRIDGE).body
    assert set(body) == {
        "deviceId",
        "deviceType",
        "hubDeviceId",
        "power",
        "version",
        "voltage",
        "weight",
        "electricityOfDay",
        "electricCurrent",
    }
    assert body["power"] == "on"
    assert body["hubDeviceId"] == FRIDGE


@pytest.mark.parametrize(
    ("scale", "shown"),
    [
        (CurrentScale.AMPERES, 12.07),
        (CurrentScale.TENFOLD_AMPERES, 120.71),
        (CurrentScale.MILLIAMPERES, 12071),
    ],
)
def test_the_current_of_plug_mini_has_three_units(
    cloud: VirtualCloud, scale: CurrentScale, shown: float
) -> None:
    """The unit drifted over the years; P = U * I holds in each once its scale is undone."""
    cloud = at(cloud, "2026-03-01T12:00:00+09:00")
    cloud.overrides.watts_override["kettle"] = 1215.0
    cloud.overrides.current_scale = scale
    body = cloud.status(KETTLE).body
    assert body["electricCurrent"] == pytest.approx(shown, rel=0.02)
    factor = {"amperes": 1, "tenfold_amperes": 10, "milliamperes": 1000}[scale]
    assert body["voltage"] * body["electricCurrent"] / factor == pytest.approx(1215, rel=0.001)


def test_minutes_of_use_start_again_at_the_houses_midnight(cloud: VirtualCloud) -> None:
    """`electricityOfDay` is minutes switched on today, not energy."""
    minutes = [
        at(cloud, text).status(FRIDGE).body["electricityOfDay"]
        for text in (
            "2026-03-01T23:59:59+09:00",
            "2026-03-02T00:00:00+09:00",
            "2026-03-02T00:01:30+09:00",
        )
    ]
    assert minutes == [1439, 0, 1]


def test_a_relays_energy_of_the_day_is_in_watt_minutes(cloud: VirtualCloud) -> None:
    """It grows through the day with the curve and starts again at midnight."""
    used = [
        at(cloud, text).status(RELAY_1PM).body["usedElectricity"]
        for text in (
            "2026-01-11T00:00:00+09:00",
            "2026-01-11T06:00:00+09:00",
            "2026-01-11T23:00:00+09:00",
        )
    ]
    assert used[0] == 0
    assert 0 < used[1] < used[2]
    assert 1.0 < used[2] / 60_000 < 25.0  # kWh of an air conditioner on a January day


def test_plug_mini_eu_tells_an_energy_that_also_falls(cloud: VirtualCloud) -> None:
    """home-assistant/core #179178, firmware 0.8: never a counter."""
    used = [
        at(cloud, f"2026-03-01T15:{minute:02}:00+09:00").status(ESPRESSO).body["usedElectricity"]
        for minute in range(60)
    ]
    assert any(later < earlier for earlier, later in pairwise(used))


def test_relay_2pm_tells_both_its_meters(cloud: VirtualCloud) -> None:
    """Channel 1 and 2 are two devices of the house."""
    cloud.overrides.watts_override |= {"living_light": 36.5, "indirect_light": 16.0}
    body = cloud.status(RELAY_2PM).body
    assert (body["switch1Power"], body["switch2Power"]) == (36.5, 16.0)
    assert body["online"] is True


@pytest.mark.parametrize(
    ("device_id", "status_code"), [(FRIDGE, 171), (KETTLE, 161), (RELAY_1PM, 161)]
)
def test_an_offline_plug_is_an_error_code(
    cloud: VirtualCloud, device_id: str, status_code: int
) -> None:
    """171 for Plug Mini (JP), 161 for the others."""
    cloud.overrides.online_override[device_id] = False
    assert cloud.status(device_id).status_code == status_code


@pytest.mark.parametrize(("device_id", "watts"), [(ESPRESSO, "power"), (RELAY_2PM, "switch1Power")])
def test_types_that_know_online_answer_with_zeros_and_say_so(
    cloud: VirtualCloud, device_id: str, watts: str
) -> None:
    """Code 100 and 0 W: who does not look at `online` takes silence for zero."""
    cloud.overrides.online_override[device_id] = False
    answer = cloud.status(device_id)
    assert (answer.status_code, answer.body["online"], answer.body[watts]) == (100, False, 0)


@pytest.mark.parametrize("device_id", ["F4B3B1000001", "02-202601181930-40217735", "001122334455"])
def test_what_has_no_status_answers_success_with_nothing(
    cloud: VirtualCloud, device_id: str
) -> None:
    """Hubs, remotes and wrong ids (SwitchBotAPI issue #89)."""
    assert cloud.status(device_id) == Answer(100, "success", {})


def test_a_device_whose_cloud_service_is_off_answers_174(cloud: VirtualCloud) -> None:
    """Undocumented; seen in AdyRock/com.switchbot #31."""
    assert cloud.status("6055F9A1FF03").status_code == 174
